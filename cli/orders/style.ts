import { styleText } from 'node:util';

/** How text is set off on a terminal; elsewhere, and with NO_COLOR, all of these leave it as it is. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

/** @param stream that the text is for */
export function createStyle(stream: NodeJS.WriteStream): Style {
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream });
  return {
    strong: styled('bold'),
    faint: styled('dim'),
    good: styled('green'),
    bad: styled('red'),
    warning: styled('yellow'),
  };
}
