import { useEffect, useState } from 'preact/hooks';

/** The outcome of an operator's request. */
export interface Notice {
  text: string;
  /** A view that shows more. */
  link?: { href: string; text: string };
}

let latest: Notice | null = null;
const listeners = new Set<(notice: Notice | null) => void>();

/** Shows a notice to the operator; null removes the latest one. */
export function notify(notice: Notice | null): void {
  latest = notice;
  for (const listener of listeners) listener(latest);
}

/** @returns a function that ends the subscription */
function onNotice(listener: (notice: Notice | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The latest notice, until it is closed or the next one comes. */
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
            Close<span class="visually-hidden"> this notice</span>
          </button>
        </div>
      )}
    </div>
  );
}
