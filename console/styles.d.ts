/** What the build makes of an import of a style sheet: a file beside the program. */
declare module '*.css';
