import { printable } from '../../../lib/text.ts';

/** A text that an order or a message brought: what could reorder or hide it is spelt out, and it cannot reorder others. */
export function Received({ text, cut = false }: { text: string; cut?: boolean }) {
  const shown = printable(text);
  return cut ? (
    <bdi class="cut" title={shown}>
      {shown}
    </bdi>
  ) : (
    <bdi>{shown}</bdi>
  );
}
