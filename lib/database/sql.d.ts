/** An SQL file, which the loaders of esbuild and vitest import as text. */
declare module '*.sql' {
  const text: string;
  export default text;
}
