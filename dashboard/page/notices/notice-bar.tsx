import { useEffect, useState } from 'preact/hooks';
import { type Notice, notify, onNotice } from './notices.ts';

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
