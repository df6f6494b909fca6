/** @file What was drawn, by whomever: listed, searched, starred, thrown away, exported; presets and uploads. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OutputInfo, RunInfo } from '../../../studio/protocol.js';
import { found } from '../../../studio/server/search.js';
import { fileNameOf } from '../../../studio/server/title.js';
import { small, TestStudio } from './studio.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-outputs-'));
process.env.ATELIER_CONFIG = join(root, 'config');

let studio: TestStudio;
let heart: RunInfo;
let fish: RunInfo;
beforeAll(async () => {
	studio = await TestStudio.open({ outputs: join(root, 'outputs') });
	heart = await studio.draw(small(12));
	fish = await studio.draw(small(8, { prompts: 'a fish', renderer: 'pixels' }));
	await studio.until(heart.id, 'done');
	await studio.until(fish.id, 'done');
});
afterAll(async () => {
	await studio.close();
	rmSync(root, { recursive: true, force: true });
	delete process.env.ATELIER_CONFIG;
});

const listed = async (query = '') =>
	((await studio.get(`/outputs${query}`)).body.runs as OutputInfo[]).map(({ id }) => id);

it('are listed newest first, page by page, and filtered', async () => {
	expect(await listed()).toEqual([fish.id, heart.id]);
	expect(await listed('?renderer=pixels')).toEqual([fish.id]);
	const { body } = await studio.get('/outputs?limit=1');
	expect(body).toMatchObject({ total: 2, next: fish.id });
	expect(await listed(`?limit=1&before=${body.next}`)).toEqual([heart.id]);
	const one = await studio.get(`/outputs/${heart.id}`);
	expect(one.body).toMatchObject({
		state: 'done',
		step: 12,
		size: [64, 64],
		vector: true,
		frames: true,
		title: 'a red heart',
	});
	expect((await studio.get('/outputs?limit=0')).body.code).toBe('E_ARGUMENT');
});

it('are found by words', async () => {
	const { body } = await studio.get('/outputs?q=the+Heart');
	expect(body.runs[0].id).toBe(heart.id);
	for (const { likeness } of body.runs) expect(Math.abs(likeness)).toBeLessThanOrEqual(1.0001);
	expect(existsSync(join(studio.outputs, '.studio', 'embeddings.jsonl'))).toBe(true);
	expect((await studio.get('/outputs?q=heart&trash=1')).body.total).toBe(0);
});

it('whose own words are searched for come first, then what looks like them; the unlike is left out', () => {
	const run = (id: string, text: string, edits: readonly unknown[] = []) =>
		({ id, recipe: { prompts: [{ text, weight: 1 }], negative: [], edits } }) as unknown as OutputInfo;
	const steered = { at: 3, do: 'words', prompts: [{ text: 'a red sailing boat', weight: 1 }], negative: [] };
	const runs = [
		run('fish', 'an orange fish'),
		run('sea', 'waves'),
		run('boat', 'a lighthouse', [steered]),
		run('sun', 'a sun'),
	];
	const likeness = new Map([
		['fish', 0.065],
		['boat', 0.046],
		['sea', 0.3],
	]);
	const ids = (text: string) => found(text, runs, likeness).map(({ id }) => id);
	expect(ids('boat')).toEqual(['boat', 'sea']);
	expect(ids('The Boats')).toEqual(['sea']);
	expect(ids('a sail')).toEqual(['boat', 'sea']);
	expect(ids('sun')).toEqual(['sun', 'sea']);
	expect(ids('lighthouse')).toEqual(['sea']);
});

it('of the command line and of batches are there too', async () => {
	cpSync(join(studio.outputs, heart.id), join(studio.outputs, 'by hand'), { recursive: true });
	cpSync(join(studio.outputs, heart.id), join(studio.outputs, 'by-hand'), { recursive: true });
	const batch = join(studio.outputs, 'garden');
	mkdirSync(batch);
	writeFileSync(join(batch, 'batch.json'), '{}');
	cpSync(join(studio.outputs, fish.id), join(batch, '0001-fish'), { recursive: true });
	// A folder that is no run.
	mkdirSync(join(studio.outputs, 'empty'));
	const found = await studio.get('/outputs/garden~0001-fish');
	expect(found.body.title).toBe('a fish');
	const ids = await listed();
	expect(ids).toEqual(expect.arrayContaining(['by-hand', 'garden~0001-fish', heart.id, fish.id]));
	expect(ids).not.toContain('empty');
	expect((await studio.get('/outputs/garden~0001-fish/image?width=32')).headers.get('content-type')).toBe('image/webp');
	// Watched as if it had just ended.
	const client = await studio.connect();
	const answer = await studio.watch(client, 'by-hand');
	expect(answer.history.step).toHaveLength(12);
	expect(answer.frames).toHaveLength(1);
	expect(answer.layout!.segments).toHaveLength(4);
	client.disconnect();
	rmSync(join(studio.outputs, 'by hand'), { recursive: true });
	rmSync(join(studio.outputs, 'by-hand'), { recursive: true });
	rmSync(batch, { recursive: true });
});

it('have files called by the words that they ended with', () => {
	const { id, recipe } = heart;
	const edit = { at: 3, do: 'words' as const, prompts: [{ text: 'A blue star!', weight: 1 }], negative: [] };
	expect(fileNameOf({ id, recipe })).toBe(id);
	expect(fileNameOf({ id, recipe: { ...recipe, edits: [edit] } })).toBe(id.replace('a-red-heart', 'a-blue-star'));
	expect(fileNameOf({ id: 'mine', recipe: { ...recipe, edits: [edit] } })).toBe('mine');
});

it('are starred, thrown away and restored', async () => {
	const starred = await studio.ask('PATCH', `/outputs/${heart.id}`, { starred: true });
	expect(starred.body.starred).toBe(true);
	expect(await listed('?starred=1')).toEqual([heart.id]);
	const client = await studio.connect();
	const change = new Promise((resolve) => client.once('output', resolve));
	expect((await studio.ask('DELETE', `/outputs/${heart.id}`)).status).toBe(204);
	expect(await change).toEqual({ id: heart.id, change: 'removed' });
	expect(await listed()).not.toContain(heart.id);
	expect(existsSync(join(studio.outputs, heart.id))).toBe(false);
	expect(await listed('?trash=1')).toEqual([heart.id]);
	expect((await studio.get(`/outputs/${heart.id}/image?width=32`)).status).toBe(200);
	expect((await studio.post(`/outputs/${heart.id}/restore`, {})).body.starred).toBe(true);
	expect(await listed()).toContain(heart.id);
	expect((await studio.post(`/outputs/${heart.id}/restore`, {})).body.code).toBe('E_NOT_FOUND');
	client.disconnect();
});

it('are gone for good once the trash is emptied; nothing else is deleted as a whole', async () => {
	const { id } = await studio.until((await studio.draw(small(2, { prompts: 'a green tree' }))).id, 'done');
	await studio.ask('DELETE', `/outputs/${id}`);
	expect((await studio.ask('DELETE', '/outputs')).status).toBe(400);
	expect(await listed('?trash=1')).toContain(id);
	expect((await studio.ask('DELETE', '/outputs?trash=1')).status).toBe(204);
	expect(await listed('?trash=1')).toEqual([]);
	expect((await studio.post(`/outputs/${id}/restore`, {})).body.code).toBe('E_NOT_FOUND');
	expect(await listed()).toContain(heart.id);
});

it('are exported in every format, vectors safely', async () => {
	const formats = ['png', 'svg', 'animated-svg', 'plotter', 'gif', 'webp', 'apng', 'mp4', 'sheet'];
	for (const format of formats) {
		const { status, headers, body } = await studio.get(
			`/outputs/${heart.id}/export?format=${format}&seconds=0.2`.replace(/(png|svg|plotter|sheet)&seconds.*/, '$1'),
		);
		expect(status, `${format} ${body}`).toBe(200);
		expect(headers.get('content-disposition')).toContain('attachment');
		expect(headers.get('content-security-policy')).toContain('sandbox');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
	}
	const large = await studio.get(`/outputs/${heart.id}/export?format=png&scale=3`);
	expect((await sharp(large.body).metadata()).width).toBe(192);
	const recipe = await studio.get(`/outputs/${heart.id}/export?format=recipe`);
	expect(recipe.body.steps).toBe(12);
	expect((await studio.get(`/outputs/${heart.id}/export?format=exe`)).body.code).toBe('E_ARGUMENT');
	expect((await studio.get(`/outputs/${heart.id}/export?format=png&size=100000`)).body.code).toBe('E_ARGUMENT');
	expect((await studio.get(`/outputs/${fish.id}/export?format=svg`)).status).toBe(400);
	// The recipe in a picture is read back.
	const png = await studio.get(`/outputs/${heart.id}/export?format=png`);
	const read = await studio.post('/recipes/read', new Uint8Array(png.body), {
		'content-type': 'application/octet-stream',
		'x-file-name': 'heart.png',
	});
	expect(read.body).toMatchObject({ source: 'atelier', recipe: { steps: 12, prompts: [{ text: 'a red heart' }] } });
});

it('are made into presets, which are exported and imported', async () => {
	const { body: list } = await studio.get('/presets');
	expect(list.presets.find(({ name }: { name: string }) => name === 'neon')).toMatchObject({
		source: 'shipped',
		thumbnail: true,
	});
	expect((await studio.get('/presets/neon/thumbnail')).headers.get('content-type')).toBe('image/webp');
	const made = await studio.post('/presets', { name: 'mine', title: 'Mine', recipe: small(77), run: heart.id });
	expect(made).toMatchObject({ status: 201, body: { source: 'yours', thumbnail: true, recipe: { steps: 77 } } });
	// Of a drawing that is not finished, its picture comes along.
	const dot = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#a03010' } })
		.png()
		.toBuffer();
	const { body: picture } = await studio.post('/uploads', new Uint8Array(dot), { 'content-type': 'image/png' });
	const begun = { name: 'begun', title: 'Begun', recipe: small() };
	expect((await studio.post('/presets', { ...begun, upload: picture.id })).body.thumbnail).toBe(true);
	expect((await studio.post('/presets', { ...begun, upload: '0'.repeat(64), replace: true })).status).toBe(404);
	expect((await studio.ask('DELETE', '/presets/begun')).status).toBe(204);
	const taken = await studio.post('/presets', { name: 'mine', title: 'Mine', recipe: small(77) });
	expect(taken).toMatchObject({ status: 409, body: { code: 'E_CONFLICT' } });
	const shipped = await studio.post('/presets', { name: 'neon', title: 'Mine', recipe: small(), replace: true });
	expect(shipped.status).toBe(400);
	const file = await studio.get('/presets/mine/export');
	expect((await studio.ask('DELETE', '/presets/mine')).status).toBe(204);
	expect((await studio.get('/presets/mine')).status).toBe(404);
	expect((await studio.post('/presets/mine/restore', {})).body).toEqual(made.body);
	expect((await studio.post('/presets/mine/restore', {})).body.code).toBe('E_CONFLICT');
	expect((await studio.ask('DELETE', '/presets/mine')).status).toBe(204);
	expect((await studio.post('/presets/nothing/restore', {})).status).toBe(404);
	expect((await studio.ask('DELETE', '/presets/neon')).body.code).toBe('E_STATE');
	const bytes = Buffer.from(JSON.stringify(file.body));
	const send = (query = '') =>
		studio.post(`/presets/import${query}`, new Uint8Array(bytes), {
			'content-type': 'application/octet-stream',
			'x-file-name': 'yours.json',
		});
	expect((await send()).body).toEqual({ names: ['yours'] });
	expect((await studio.get('/presets/yours')).body.title).toBe('Mine');
	expect((await send()).body.code).toBe('E_CONFLICT');
	expect((await send('?replace=1')).status).toBe(201);
});

it('looks need no words, and have only those that they were given', async () => {
	const recipe = { renderer: 'pixels', pixels: { start: 'picture' } };
	const made = await studio.post('/presets', { name: 'wordless', title: 'Wordless', recipe });
	expect(made).toMatchObject({ status: 201, body: { recipe } });
	const { body: file } = await studio.get('/presets/wordless/export');
	expect(file).not.toHaveProperty('sample');
	expect(file.recipe).toEqual(recipe);
	const wrong = await studio.post('/presets', { name: 'wrong', title: 'Wrong', recipe: { strokes: { path: 3 } } });
	expect(wrong).toMatchObject({ status: 400, body: { code: 'E_RECIPE' } });
	const prompt = '{prompt} in the rain';
	const around = { name: 'rainy', title: 'Rainy', prompt, recipe: { prompts: 'a cat' } };
	expect((await studio.post('/presets', around)).body.prompt).toBe(prompt);
	expect((await studio.get('/presets/rainy/export')).body).toMatchObject({ prompt, sample: 'a cat', recipe: {} });
});

it('pictures without a recipe are no error, damaged ones are; where they lay is not told', async () => {
	const read = (bytes: Uint8Array, name: string) =>
		studio.post('/recipes/read', bytes, { 'content-type': 'application/octet-stream', 'x-file-name': name });
	const plain = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#a03010' } })
		.jpeg()
		.toBuffer();
	expect(await read(new Uint8Array(plain), 'photo.jpg')).toMatchObject({ status: 200, body: { recipe: null } });
	const { body: own } = await studio.get(`/outputs/${heart.id}/image`);
	expect((await read(new Uint8Array(own), 'own.png')).body.recipe.steps).toBe(12);
	const text = await read(new TextEncoder().encode('hello'), 'hello.txt');
	expect(text).toMatchObject({ status: 400, body: { code: 'E_RECIPE' } });
	expect(text.body.detail).toContain("'hello'");
	expect(text.body.detail).not.toContain(tmpdir());
});

it('are drawn from pictures that were uploaded, by their ids alone', async () => {
	const disc = await sharp(
		Buffer.from(
			'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="32"><circle cx="20" cy="16" r="10" fill="#d22"/></svg>',
		),
	)
		.png()
		.toBuffer();
	const { body, status } = await studio.post('/uploads', new Uint8Array(disc), { 'content-type': 'image/png' });
	expect(status).toBe(201);
	expect(body).toMatchObject({ width: 40, height: 32 });
	expect((await studio.get(`/uploads/${body.id}`)).body).toEqual(disc);
	const images = [{ path: `upload:${body.id}` }];
	const run = await studio.draw({
		images,
		steps: 4,
		canvas: 32,
		size: [40, 32],
		candidates: 1,
		engine: { threads: 1 },
	});
	const done = await studio.until(run.id, 'done');
	expect(done.recipe.images).toMatchObject([{ path: `upload:${body.id}`, sha256: body.id }]);
	const found = await studio.get(`/outputs/${run.id}`);
	expect(found.body.recipe.images[0].path).toBe(`upload:${body.id}`);
});

it('the page is asked for each time, what it is made of only once', async () => {
	const index = await fetch(studio.base);
	expect(index.headers.get('cache-control')).toBe('no-cache');
	const html = await index.text();
	const assets = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+)"/g)].map(([, path]) => path!);
	expect(assets.length).toBeGreaterThan(0);
	for (const path of assets) {
		const asset = await fetch(`${studio.base}/${path}`);
		expect(asset.status).toBe(200);
		expect(asset.headers.get('cache-control'), path).toBe('public, max-age=31536000, immutable');
	}
});

it('the API is described to programs and people', async () => {
	const { body } = await studio.get('/openapi.json');
	expect(body.openapi).toBe('3.1.0');
	expect(
		body.paths['/api/v1/runs'].post.requestBody.content['application/json'].schema.properties.recipe,
	).toBeDefined();
	const page = await fetch(`${studio.base}/docs`);
	const html = await page.text();
	expect(html).toContain('/api/v1/runs/{id}/commands');
	expect(html).not.toMatch(/<script|style=/);
});
