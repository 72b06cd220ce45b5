/** Styles are bundled by esbuild, and have no value. */
declare module '*.css';
