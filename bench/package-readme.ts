// README.md as it is in the package, which has no docs/: what a link led to there is named as a file of the source.

const LINK = /\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(?:#[^)\s]*)?\)/;

const NOTE =
  'This is the README of the source. The files that it names in docs/ are there, not in this package; what needs none of them is `mote --help`.';

/** @returns `text`, a README, without links that lead nowhere. @param has whether the package holds a file. */
export function packageReadme(text: string, has: (file: string) => boolean): string {
  const name =
    (form: (title: string, file: string) => string) => (link: string, title: string, file: string) =>
      has(file) ? link : form(title, file);
  const named = text
    .replace(
      new RegExp(`\\(${LINK.source}\\)`, 'g'),
      name((title, file) => `(${title}: ${file})`),
    )
    .replace(
      new RegExp(LINK, 'g'),
      name((title, file) => `${title} (${file})`),
    );
  return named === text ? text : named.replace('\n', `\n\n${NOTE}\n`);
}
