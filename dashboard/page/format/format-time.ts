const DATE = { day: 'numeric', month: 'short' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

const clock = new Intl.DateTimeFormat('en-GB', TIME);
const sameYear = new Intl.DateTimeFormat('en-GB', { ...DATE, ...TIME });
const full = new Intl.DateTimeFormat('en-GB', { ...DATE, year: 'numeric', ...TIME });

/** A moment in the reader's own time zone, as short as it can be told today: `08:12:01`, `27 Nov, 08:12:01`. */
export function formatTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  if (time.toDateString() === now.toDateString()) return clock.format(time);
  return (time.getFullYear() === now.getFullYear() ? sameYear : full).format(time);
}
