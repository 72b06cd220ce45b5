import { useEffect, useState } from 'preact/hooks';

/** A notification about the outcome of an operator's action. */
export interface Notice {
  text: string;
  /** A view with details. */
  link?: { href: string; text: string };
}

let latest: Notice | null = null;
const listeners = new Set<(notice: Notice | null) => void>();

/** Shows a notice and replaces the previous one; null removes it. */
export function notify(notice: Notice | null): void {
  latest = notice;
  for (const listener of listeners) listener(latest);
}

/** @returns A function that ends the subscription. */
function onNotice(listener: (notice: Notice | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows the latest notice until it is dismissed or replaced. */
export function NoticeBar() {
  const [notice, setNotice] = useState<Notice | null>(null);
  useEffect(() => onNotice(setNotice), []);
  return (
    <div class="notice-place" role="status">
      {notice && (
        <div class="notice">
          <p>
            {notice.text} {notice.link && <a href={notice.link.href}>{notice.link.text}</a>}
          </p>
          <button type="button" class="quiet" onClick={() => notify(null)}>
            Dismiss<span class="visually-hidden"> notification</span>
          </button>
        </div>
      )}
    </div>
  );
}
