/** Markup that is safe to insert: texts in it were escaped. */
export type Html = { readonly markup: string }

/** What may stand in a template: markup, lists of it, and texts, which are escaped. */
export type Part = Html | string | number | readonly Part[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escape a text for markup and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!)
}

function markupOf(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(markupOf).join('')
}

/** Write markup; everything that is put into the template is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce(
    (all, s, k) => all + s + (k < parts.length ? markupOf(parts[k]!) : ''),
    '',
  )
  return { markup: text }
}

/** Take a text as markup; only for text of our own. */
export function raw(markup: string): Html {
  return { markup }
}

/** Write data as JSON that may stand inside a script element. */
export function jsonScript(id: string, data: unknown): Html {
  const text = JSON.stringify(data).replaceAll('<', '\\u003c')
  return raw(`<script type="application/json" id="${id}">${text}</script>`)
}

/** A column of a table. */
export type Column<Row> = {
  readonly title: Part
  /** What the column means, shown on hover. */
  readonly hint?: string
  /** Numbers stand right. */
  readonly align?: 'right'
  readonly cell: (row: Row) => Part
}

/** Write a table that scrolls sideways in its own box. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  const classOf = (c: Column<Row>): Html => raw(c.align ? ' class="n"' : '')
  const head = columns.map(
    (c) =>
      html`<th scope="col"${classOf(c)}${c.hint ? html` title="${c.hint}"` : ''}>${c.title}</th>`,
  )
  const body = rows.map(
    (row) => html`<tr>${columns.map((c) => html`<td${classOf(c)}>${c.cell(row)}</td>`)}</tr>\n`,
  )
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** Write a section with its heading. */
export function section(id: string, title: string, ...content: readonly Part[]): Html {
  return html`<section id="${id}"><h2>${title}</h2>\n${content}</section>\n`
}

/** Say why there is nothing to show. */
export function nothing(reason: string): Html {
  return html`<p class="nothing">${reason}</p>`
}

/** A place in which the page's script draws a chart. */
export function chart(name: string, title: string, note: Part = ''): Html {
  return html`<figure><figcaption><b>${title}</b> ${note}</figcaption><div class="chart" data-chart="${name}"></div></figure>\n`
}

/** Events as small links to the table of events. */
export function eventLinks(events: readonly number[]): Html {
  return html`${events.map((e) => html` <a class="event" href="#e${e}">#${e}</a>`)}`
}
