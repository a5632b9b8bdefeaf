export { ControlExpiryError, ControlTermError, control } from './control.ts'
