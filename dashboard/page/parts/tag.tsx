import type { ComponentChildren } from 'preact';

const MARKS = { danger: '▲', warning: '◆', good: '●', plain: '' };

/** A status label. Its mark repeats the meaning of its color. */
export function Tag({ kind, children }: { kind: keyof typeof MARKS; children: ComponentChildren }) {
  return (
    <span class={`tag tag-${kind}`}>
      {MARKS[kind] && <span aria-hidden="true">{MARKS[kind]} </span>}
      {children}
    </span>
  );
}
