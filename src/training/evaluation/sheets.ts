/** @file Contact sheets of the drawings: with captions, and without and shuffled, so that a stranger can be asked; a key says which is which. */

import { join } from 'node:path';
import { pictureGrid } from '../../export/contact-sheet.js';
import { replaceFile } from '../../files.js';
import { Random } from '../../random.js';
import type { Drawing } from './drawings.js';
import { sampled } from './retrieval.js';

const columns = 10;
/** Drawings on a sheet without captions: as many as a person looks at in one go. */
const shuffledCells = { columns: 6, rows: 5 };

/**
 * Write `sheet-seed-S.png` with captions, `stranger-N.png` with numbers instead of captions, over all seeds in random order,
 * and `stranger-key.json`. Resolves to the names of the files.
 */
export function writeSheets(out: string, drawings: readonly Drawing[], seed: number): string[] {
	const files: string[] = [];
	const write = (name: string, contents: string | Uint8Array) => {
		replaceFile(join(out, name), contents);
		files.push(name);
	};
	for (const own of new Set(drawings.map((d) => d.seed))) {
		const cells = drawings.filter((d) => d.seed === own).map(({ picture, text }) => ({ picture, label: text }));
		write(`sheet-seed-${own}.png`, pictureGrid(cells, Math.min(columns, cells.length)));
	}
	const shuffled = sampled(drawings, drawings.length, new Random(seed).split('sheets'));
	const cells = shuffled.map(({ picture }, i) => ({ picture, label: String(i + 1) }));
	const perSheet = shuffledCells.columns * shuffledCells.rows;
	for (let at = 0; at < cells.length; at += perSheet) {
		const part = cells.slice(at, at + perSheet);
		write(`stranger-${at / perSheet + 1}.png`, pictureGrid(part, Math.min(shuffledCells.columns, part.length)));
	}
	const key = shuffled.map(({ text, seed: own, file }, i) => ({ number: i + 1, prompt: text, seed: own, file }));
	write('stranger-key.json', `${JSON.stringify(key, undefined, '\t')}\n`);
	return files;
}
