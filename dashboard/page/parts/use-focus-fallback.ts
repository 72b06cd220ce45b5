import { useEffect, useRef } from 'preact/hooks';

/** Moves focus to the page heading when a change of `content` has removed the focused element. */
export function useFocusFallback(content: unknown): void {
  const last = useRef<EventTarget | null>(null);
  useEffect(() => {
    const onFocusIn = ({ target }: FocusEvent) => {
      last.current = target;
    };
    addEventListener('focusin', onFocusIn);
    return () => removeEventListener('focusin', onFocusIn);
  }, []);
  useEffect(() => {
    const isRemoved = last.current instanceof Node && !last.current.isConnected;
    if (isRemoved && document.activeElement === document.body) document.querySelector('h1')?.focus();
  }, [content]);
}
