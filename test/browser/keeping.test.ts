/** @file In the browser: what was drawn is taken away, brought back, found, thrown away, passed on. */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { small } from '../studio/server/studio.js';
import { browserTests, endless, prompt, smallDraft, until, untilState, type Visitor } from './studio.js';

const test = browserTests({ welcome: false });

/** A finished drawing. */
async function finished({ studio }: Visitor, more: Record<string, unknown> = {}) {
	const run = await studio.draw(small(6, { seed: 7, ...more }));
	return studio.until(run.id, 'done');
}

/** Drop a file somewhere on the page. */
async function drop(page: Page, name: string, type: string, bytes: Uint8Array): Promise<void> {
	const transfer = await page.evaluateHandle(
		({ name, type, base64 }) => {
			const transfer = new DataTransfer();
			transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
			return transfer;
		},
		{ name, type, base64: Buffer.from(bytes).toString('base64') },
	);
	for (const event of ['dragenter', 'dragover', 'drop'])
		await page.getByRole('main').dispatchEvent(event, { dataTransfer: transfer });
}

/** The recipe in the form is that of the drawing. */
async function expectLoaded(page: Page, words: string): Promise<void> {
	await until(() => prompt(page).inputValue()).toBe(words);
	expect(await page.getByLabel('Seed', { exact: true }).inputValue()).toBe('7');
	expect(await page.getByRole('spinbutton', { name: 'Strokes' }).inputValue()).toBe('4');
}

test('a finished drawing is downloaded as SVG and PNG, which other programs open', async (visitor) => {
	await finished(visitor);
	const page = await visitor.open();
	await untilState(page, 'done');
	const download = async (name: string) => {
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('region', { name: 'Finished drawing' }).getByRole('link', { name }).click(),
		]);
		return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
	};
	const svg = await download('SVG');
	expect(svg.name).toMatch(/red-heart.*\.svg$/);
	const root = await page.evaluate((text) => {
		const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
		return { name: documentElement.nodeName, paths: documentElement.querySelectorAll('path').length };
	}, svg.bytes.toString());
	expect(root.name).toBe('svg');
	expect(root.paths).toBeGreaterThan(0);
	const png = await download('PNG');
	expect(png.name).toMatch(/\.png$/);
	for (const { bytes } of [svg, png]) {
		const { channels } = await sharp(bytes).flatten({ background: '#ffffff' }).stats();
		expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(3);
	}
	expect((await sharp(png.bytes).metadata()).width).toBe(256);
});

test('a picture of ours, dropped on the page, brings its recipe; any other is there to be redrawn', async (visitor) => {
	const { id } = await finished(visitor, { prompts: 'a green tree' });
	const { body: png } = await visitor.studio.get(`/outputs/${id}/image`);
	const page = await visitor.open({ at: '#/gallery' });
	await drop(page, 'tree.png', 'image/png', png);
	await page.getByText('The recipe of tree.png was loaded (atelier).').waitFor();
	await expectLoaded(page, 'a green tree');

	const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a03010' } })
		.jpeg()
		.toBuffer();
	const other = await visitor.open();
	await drop(other, 'photo.jpg', 'image/jpeg', photo);
	await other.getByRole('combobox', { name: 'Use of picture 1' }).waitFor();
});

test('a link passes the recipe on', async (visitor) => {
	await finished(visitor);
	const page = await visitor.open({ permissions: ['clipboard-read', 'clipboard-write'] });
	await untilState(page, 'done');
	await page.getByRole('button', { name: 'Share' }).click();
	await page.getByText('Link copied.').waitFor();
	const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
	expect(link.hash).toMatch(/^#r=/);
	const friend = await visitor.open({ at: link.hash });
	await friend.getByText('Press Draw to draw it again.').waitFor();
	await expectLoaded(friend, 'a red heart');
	// Nothing was started, and nobody's drawing is shown.
	await friend.getByText('Nothing on the easel').waitFor();
	expect(await visitor.drawn()).toBeUndefined();
	// Reloading must not load it over what one has made of it.
	expect(new URL(friend.url()).hash).toBe('#/');
});

test('a preset is imported, used, and thrown away', async (visitor) => {
	const page = await visitor.open({ at: '#/presets' });
	const preset = {
		version: 4,
		title: 'Rainy windows',
		description: 'Blue on blue.',
		recipe: { renderer: 'shapes', shapes: { count: 9 } },
	};
	await page.getByLabel('Preset file').setInputFiles({
		name: 'rainy-windows.json',
		mimeType: 'application/json',
		buffer: Buffer.from(JSON.stringify(preset)),
	});
	await page.getByText('1 preset imported.').waitFor();
	const yours = page.getByRole('region', { name: 'Yours' });
	await yours.getByRole('button', { name: 'Use Rainy windows' }).click();
	await until(() => prompt(page).evaluate((element) => element === document.activeElement)).toBe(true);
	expect(await page.getByRole('radio', { name: 'Rainy windows' }).isChecked()).toBe(true);
	expect(await page.getByRole('spinbutton', { name: 'Shapes' }).inputValue()).toBe('9');

	await page.getByRole('link', { name: 'Presets' }).click();
	await page.getByRole('button', { name: 'Delete Rainy windows' }).click();
	await yours.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).click();
	await yours.getByRole('heading', { name: 'Rainy windows' }).waitFor();
});

test('the gallery finds by words, keeps stars, and gives back what was thrown away', async (visitor) => {
	const fish = await finished(visitor, { prompts: 'a fish', renderer: 'pixels' });
	await finished(visitor, { prompts: 'a blue star' });
	const page = await visitor.open({ at: '#/gallery' });
	const tiles = page.getByRole('list', { name: 'Drawings' }).getByRole('listitem');
	const open = (title: string) => page.getByRole('button', { name: `Open ${title}`, exact: true });
	await open('a fish').waitFor();
	const all = await tiles.count();

	await page.getByRole('searchbox').fill('a fish');
	await page.getByText('most like the words first').waitFor();
	await until(() => tiles.first().getByRole('button', { name: 'Open a fish' }).count()).toBe(1);
	await page.getByRole('searchbox').fill('');

	await page.getByRole('button', { name: 'Star a fish' }).click();
	await page.getByRole('button', { name: 'Starred' }).click();
	await until(() => tiles.count()).toBe(1);
	await open('a fish').waitFor();
	expect((await visitor.studio.get(`/outputs/${fish.id}`)).body.starred).toBe(true);
	await page.getByRole('button', { name: 'Starred' }).click();
	await until(() => tiles.count()).toBe(all);

	await page.getByRole('button', { name: 'Delete a blue star' }).click();
	await open('a blue star').waitFor({ state: 'detached' });
	expect(await tiles.count()).toBe(all - 1);
	await page.getByRole('button', { name: 'Undo' }).click();
	await open('a blue star').waitFor();

	await open('a fish').click();
	const viewer = page.getByRole('dialog', { name: 'a fish' });
	expect(await viewer.getByRole('link').allTextContents()).not.toContain('SVG');
	await page.keyboard.press('Escape');
	await viewer.waitFor({ state: 'detached' });
});

test('of several drawings the one that is ticked is kept', async (visitor) => {
	const settings = { ...(smallDraft(endless).settings as object), candidates: 4 };
	const page = await visitor.open({ at: '#/explore', draft: { settings, prompts: [{ text: 'a fish', weight: 1 }] } });
	await page.getByLabel('How many begin').selectOption('4');
	await page.getByRole('button', { name: 'Begin', exact: true }).click();
	const leads = page.getByRole('button', { name: /^Drawing \d, leads$/ });
	await leads.waitFor();
	// Not the one that would be kept by itself.
	const other = page.getByRole('button', { name: /^Drawing \d$/ }).last();
	const place = Number(/\d/.exec((await other.getAttribute('aria-label'))!)![0]) - 1;
	await page.getByRole('button', { name: `Drawing ${place + 1}` }).click();
	await page.getByRole('button', { name: 'Stop and keep this one' }).click();
	await page.getByText('“a fish” is kept in the gallery.').waitFor();
	const { runs } = (await visitor.studio.get('/outputs?limit=1')).body;
	expect(runs[0].recipe.edits).toMatchObject([{ do: 'keep', candidates: [place] }]);
	await page.getByRole('button', { name: 'See it in the gallery' }).click();
	await page.getByRole('dialog', { name: 'a fish' }).waitFor();
});

test('the trash is looked into, given back from, and emptied', async (visitor) => {
	await finished(visitor, { prompts: 'a blue tent' });
	const page = await visitor.open();
	await page.getByRole('heading', { level: 1, name: 'a blue tent' }).waitFor();
	await page.getByRole('link', { name: 'Gallery' }).click();
	const away = () => page.getByRole('button', { name: 'Delete a blue tent' }).first().click();
	await page.getByRole('button', { name: 'Open a blue tent' }).first().hover();
	await away();
	const trash = page.getByRole('button', { name: 'Trash', exact: true });
	await trash.click();
	await page.getByRole('button', { name: 'Restore a blue tent' }).first().click();
	await page.getByRole('button', { name: 'Restore a blue tent' }).waitFor({ state: 'detached' });
	await trash.click();
	await page.getByRole('button', { name: 'Open a blue tent' }).first().hover();
	await away();
	await trash.click();
	await page.getByRole('button', { name: 'Restore a blue tent' }).first().waitFor();
	await page.getByRole('button', { name: 'Empty for good …' }).click();
	await page.getByRole('button', { name: 'Empty for good', exact: true }).click();
	await page.getByText('The trash is empty.').first().waitFor();
	expect((await visitor.studio.get('/outputs?trash=1')).body.total).toBe(0);
	// What was thrown away does not stay on the easel.
	await page.getByRole('link', { name: 'Studio' }).click();
	await page.getByText('Nothing on the easel').waitFor();
});
