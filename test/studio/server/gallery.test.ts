/** @file The list of finished runs is never older than the news of an ended one. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseRecipe } from '../../../src/recipe/schema.js';
import { Gallery } from '../../../studio/server/gallery.js';
import { Marks } from '../../../studio/server/marks.js';
import { Uploads } from '../../../studio/server/uploads.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-gallery-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a finished run leaves, as far as the list reads it. */
function finish(id: string): void {
	mkdirSync(join(root, id));
	writeFileSync(join(root, id, 'recipe.json'), JSON.stringify(parseRecipe({ prompts: 'a fish' })));
	for (const name of ['image.png', 'snapshot']) writeFileSync(join(root, id, name), '');
}

it('holds a run that ended just after, or while, the folders were looked at', async () => {
	const own = join(root, '.studio');
	mkdirSync(own);
	const gallery = new Gallery({
		outputs: root,
		own,
		marks: new Marks(join(own, 'marks.json')),
		uploads: new Uploads(join(own, 'uploads')),
		isUnfinished: () => false,
		onChange: () => {},
	});
	const ids = async () => (await gallery.list()).map(({ id }) => id).sort();
	finish('a');
	expect(await ids()).toEqual(['a']);
	finish('b');
	void gallery.ended('b');
	expect(await ids()).toEqual(['a', 'b']);
	void gallery.ended('b'); // A look that is under way when the next run ends.
	await new Promise((resolve) => setImmediate(resolve));
	finish('c');
	void gallery.ended('c');
	expect(await ids()).toEqual(['a', 'b', 'c']);
});
