/** @file Draws the README's gallery with the shipped encoder: `npm run bench -- gallery`. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureGrid, type SheetCell } from '../src/export/contact-sheet.js';
import { packageRoot } from '../src/package-root.js';
import { Painter } from '../src/painter/painter.js';
import { openPainter } from '../src/painter/setup.js';
import { parseRecipe } from '../src/recipe/schema.js';

const prompts = [
	'a red heart',
	'a yellow smiling face',
	'a green tree',
	'the sun',
	'an umbrella',
	'a house',
	'a fish',
	'a blue star',
	'a cat',
	'a bicycle',
];

/** Every prompt once, seed 1, nothing picked by hand. */
export async function galleryBench(json: boolean): Promise<void> {
	const cells: SheetCell[] = [];
	for (const text of prompts) {
		const started = performance.now();
		const opened = await openPainter(parseRecipe({ prompts: [{ text }], seed: 1 }));
		const painter = Painter.create(opened.setup);
		await painter.run();
		cells.push({ picture: painter.picture(opened.scale), label: text });
		await opened.close();
		console.log(
			`${text.padEnd(24)} score ${painter.best.scores[0]!.toFixed(3)}  ${((performance.now() - started) / 1000).toFixed(1)} s`,
		);
	}
	const path = join(packageRoot(), 'docs', 'gallery.png');
	await mkdir(join(packageRoot(), 'docs'), { recursive: true });
	await writeFile(path, pictureGrid(cells, 5));
	console.log(path);
	if (json) console.log(JSON.stringify({ pictures: cells.length }));
}
