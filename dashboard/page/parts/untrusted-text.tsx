import { printable } from '../../../lib/text.ts';

/** Text from an order or a message. Control characters are escaped, and `bdi` isolates its text direction. */
export function UntrustedText({ text, cut = false }: { text: string; cut?: boolean }) {
  const shown = printable(text);
  return cut ? (
    <bdi class="cut" title={shown}>
      {shown}
    </bdi>
  ) : (
    <bdi>{shown}</bdi>
  );
}
