/** The time zone of this machine, such as `Europe/Berlin`: in it times are told to people. */
export function machineTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
