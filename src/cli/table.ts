/** @file Lines and tables on stdout, warnings on stderr. */

import { printable } from './printable.js';

/** One line on stdout. */
export const say = (line: string): void => {
	process.stdout.write(`${line}\n`);
};

/** One line on stderr. */
export const warn = (warning: string): void => {
	process.stderr.write(`warning: ${printable(warning)}\n`);
};

/** Rows on stdout, columns as wide as their widest cell. */
export function writeTable(rows: readonly (readonly string[])[]): void {
	const cells = rows.map((row) => row.map(printable));
	const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
	for (const row of cells) {
		const line = row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ');
		process.stdout.write(`${line.trimEnd()}\n`);
	}
}
