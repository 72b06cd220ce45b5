/** A file of SQL, as text: esbuild's and vitest's loaders make it so. */
declare module '*.sql' {
  const text: string;
  export default text;
}
