import { useEffect, useRef } from 'preact/hooks';

/** Takes who is at the keyboard to the heading when the control that they were at has gone with a change of `content`. */
export function useKeptFocus(content: unknown): void {
  const last = useRef<EventTarget | null>(null);
  useEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      last.current = target;
    };
    addEventListener('focusin', remember);
    return () => removeEventListener('focusin', remember);
  }, []);
  useEffect(() => {
    const hasGone = last.current instanceof Node && !last.current.isConnected;
    if (hasGone && document.activeElement === document.body) document.querySelector('h1')?.focus();
  }, [content]);
}
