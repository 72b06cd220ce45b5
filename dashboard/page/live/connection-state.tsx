import type { Connection } from './live-store.ts';
import { useLive } from './use-live.ts';

const TEXTS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  trouble: 'Trouble',
};

/** Whether what the page shows is of now. Told to screen readers only when it changes. */
export function ConnectionState() {
  const connection = useLive((live) => live.connection);
  return (
    <p class={`connection connection-${connection}`} role="status">
      <span class="connection-mark" aria-hidden="true" />
      <span class="visually-hidden">Connection: </span>
      {TEXTS[connection]}
    </p>
  );
}
