import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirst = true;

/**
 * The heading of a view. The document is called by it, and who navigates to the view is taken to it.
 *
 * @param title in words, for the document
 */
export function ViewHeading({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · order-pipeline`;
    // A page that has just been opened is read from its top.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
