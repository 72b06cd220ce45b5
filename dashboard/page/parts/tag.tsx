import type { ComponentChildren } from 'preact';

const MARKS = { danger: '▲', warning: '◆', good: '●', plain: '' };

/** A short word on the state of something; its mark tells what its colour does. */
export function Tag({ kind, children }: { kind: keyof typeof MARKS; children: ComponentChildren }) {
  return (
    <span class={`tag tag-${kind}`}>
      {MARKS[kind] && <span aria-hidden="true">{MARKS[kind]} </span>}
      {children}
    </span>
  );
}
