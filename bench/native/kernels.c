/*
 * Count the unhealthy rows of a book, four layouts. Usage: kernels FILE LAYOUT ROWS PASSES
 * FILE holds prices (f64 x 16), then the layout's columns one after the other, as kernels.ts writes
 * them. Prints the count and the seconds of all passes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ASSETS 16
#define SLOTS 4

typedef const double *restrict doubles;
typedef const int32_t *restrict ints;

static int64_t single(int64_t rows, double price, doubles held, doubles owed) {
  int64_t below = 0;
  for (int64_t i = 0; i < rows; i++) below += held[i] * price + owed[i] < 0;
  return below;
}

static int64_t pair(int64_t rows, doubles price, ints asset, ints debt, doubles held, doubles owed) {
  int64_t below = 0;
  for (int64_t i = 0; i < rows; i++)
    below += held[i] * price[asset[i]] + owed[i] * price[debt[i]] < 0;
  return below;
}

static int64_t ell(int64_t rows, doubles price, ints coordinate, doubles amount) {
  int64_t below = 0;
  for (int64_t i = 0; i < rows; i++) {
    double margin = amount[i] * price[coordinate[i]];
    for (int64_t k = i + rows; k < SLOTS * rows; k += rows) margin += amount[k] * price[coordinate[k]];
    below += margin < 0;
  }
  return below;
}

static int64_t csr(int64_t rows, doubles price, ints start, ints coordinate, doubles amount) {
  int64_t below = 0;
  for (int64_t i = 0; i < rows; i++) {
    double margin = 0;
    for (int32_t k = start[i]; k < start[i + 1]; k++) margin += amount[k] * price[coordinate[k]];
    below += margin < 0;
  }
  return below;
}

static int64_t pass(const char *layout, int64_t rows, const char *at, double *price) {
  doubles f = (const double *)at;
  if (strcmp(layout, "single") == 0) return single(rows, price[0], f, f + rows);
  if (strcmp(layout, "pair") == 0) {
    ints i = (const int32_t *)(f + 2 * rows);
    return pair(rows, price, i, i + rows, f, f + rows);
  }
  ints i = (const int32_t *)(f + SLOTS * rows);
  if (strcmp(layout, "ell") == 0) return ell(rows, price, i, f);
  if (strcmp(layout, "csr") == 0) return csr(rows, price, i + SLOTS * rows, i, f);
  exit(2);
}

int main(int count, char **given) {
  if (count != 5) return 2;
  const char *layout = given[2];
  const int64_t rows = atoll(given[3]);
  const long passes = atol(given[4]);
  FILE *file = fopen(given[1], "rb");
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  rewind(file);
  char *bytes = aligned_alloc(64, (size + 63) / 64 * 64);
  if (fread(bytes, 1, size, file) != (size_t)size) return 2;
  double *price = (double *)bytes;
  const char *columns = bytes + ASSETS * sizeof(double);
  int64_t below = 0;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long i = 0; i < passes; i++) {
    /* A new price each time, so that no pass can be left out. */
    price[0] += 1e-9;
    below += pass(layout, rows, columns, price);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%lld %.9f\n", (long long)below, (to.tv_sec - from.tv_sec) + 1e-9 * (to.tv_nsec - from.tv_nsec));
  return 0;
}
