import { useEffect, useRef } from 'preact/hooks';

/** Takes who is at the keyboard to the heading when the control that they were at has gone with a change of `content`. */
export function useKeptFocus(content: unknown): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (content === null) return;
    if (!isFirst.current && document.activeElement === document.body) document.querySelector('h1')?.focus();
    isFirst.current = false;
  }, [content]);
}
