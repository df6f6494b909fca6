/** @file Drawing through the studio: to the end, steered, paused, stopped, branched; what watchers are told. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame, StepNews } from '../../../studio/protocol.js';
import { frameSizes, VectorDecoder } from '../../../studio/vectors.js';
import { small, TestStudio } from './studio.js';

let studio: TestStudio;
beforeAll(async () => {
	studio = await TestStudio.open();
});
afterAll(() => studio.close());

describe('a run', () => {
	it('is drawn to the end, into files, and told of on the way', async () => {
		const client = await studio.connect();
		const steps: StepNews[] = [];
		const frames: Frame[] = [];
		client.on('step', (news) => steps.push(news));
		client.on('frame', (frame) => frames.push(frame));
		const final = new Promise<Frame>((resolve) => client.once('final', resolve));
		const run = await studio.draw(small(30, { seed: 7 }));
		expect(run.recipe.seed).toBe(7);
		const answer = await studio.watch(client, run.id);
		expect(answer.run.id).toBe(run.id);
		const last = await final;
		const done = await studio.until(run.id, 'done');
		expect(done.step).toBe(30);
		expect(done.value).toEqual(expect.any(Number));
		expect(last.kind).toBe('vector');
		for (const name of ['image.png', 'image.svg', 'recipe.json', 'metrics.jsonl', 'snapshot', 'frames.bin'])
			expect(existsSync(join(studio.outputs, run.id, name)), name).toBe(true);
		const { body: history } = await studio.get(`/runs/${run.id}/history`);
		expect(history.step).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
		expect(steps.length).toBeGreaterThan(0);
		// The final frame stands alone, and is what the kept one at the end is.
		const { layout, frames: seen } = await studio.watch(client, run.id);
		const sizes = frameSizes(layout!);
		const figures = new VectorDecoder(sizes).decode(new Uint8Array(last.data as Uint8Array))!;
		expect(figures.points).toHaveLength(sizes.points);
		const decoder = new VectorDecoder(sizes);
		const shown = seen.map(({ data }) => decoder.decode(new Uint8Array(data as Uint8Array))).at(-1)!;
		for (const [i, v] of shown.colors.entries()) expect(figures.colors[i]).toBeCloseTo(v, 1);
		client.disconnect();
	});

	it('of pixels streams WebP', async () => {
		const client = await studio.connect();
		const final = new Promise<Frame>((resolve) => client.once('final', resolve));
		const run = await studio.draw(small(8, { renderer: 'pixels' }));
		await studio.watch(client, run.id);
		const { kind, data } = await final;
		expect(kind).toBe('image/webp');
		expect(
			Buffer.from(data as Uint8Array)
				.subarray(8, 12)
				.toString(),
		).toBe('WEBP');
		client.disconnect();
	});

	it('is paused, edited, resumed and stopped; its recipe says so', async () => {
		const run = await studio.draw(small(5000));
		const command = (body: unknown) => studio.post(`/runs/${run.id}/commands`, body);
		await studio.until(run.id, 'running');
		const paused = await command({ command: 'pause' });
		expect(paused.body.state).toBe('paused');
		const { step } = paused.body;
		const words = await command({ command: 'edit', edit: { do: 'words', prompts: 'a fish | a star' } });
		expect(words.status).toBe(200);
		expect(words.body.recipe.edits).toMatchObject([{ do: 'words', at: step }]);
		const line = {
			do: 'add',
			line: [
				[0.2, 0.2],
				[0.8, 0.7],
			],
			width: 0.1,
			color: [0, 0, 1],
		};
		expect((await command({ command: 'edit', edit: line })).status).toBe(200);
		await command({ command: 'edit', edit: { do: 'lock', strokes: [1] } });
		const wrong = await command({ command: 'edit', edit: { do: 'lock', strokes: [400] } });
		expect(wrong).toMatchObject({ status: 400, body: { code: 'E_RECIPE' } });
		const client = await studio.connect();
		const { layout, run: still, locked } = await studio.watch(client, run.id);
		// The stroke drawn by hand is, too.
		expect(locked).toEqual([1, 4]);
		expect(layout!.segments).toHaveLength(5);
		expect(still.step).toBe(step);
		const news = new Promise<StepNews>((resolve) =>
			client.on('step', (one) => {
				if (one.step > step) resolve(one);
			}),
		);
		expect((await command({ command: 'resume' })).body.state).toBe('running');
		expect((await news).scores).toHaveLength(2);
		const stopped = await command({ command: 'stop' });
		expect(stopped.body.state).toBe('stopped');
		const recipe = JSON.parse(readFileSync(join(studio.outputs, run.id, 'recipe.json'), 'utf8'));
		expect(recipe.edits).toHaveLength(3);
		expect((await command({ command: 'pause' })).body.code).toBe('E_STATE');
		client.disconnect();
	});

	it('is branched from an earlier step, and keeps nothing when it is skipped', async () => {
		const run = await studio.draw(small(20));
		await studio.until(run.id, 'done');
		const { body, status } = await studio.post(`/runs/${run.id}/branch`, { step: 10, prompts: 'a fish' });
		expect(status).toBe(201);
		expect(body.parent).toEqual({ id: run.id, step: 10 });
		const done = await studio.until(body.id, 'done');
		expect(done.recipe.edits).toMatchObject([{ do: 'words', at: 10 }]);
		const [before, after] = await Promise.all(
			[run.id, body.id].map(async (id) => (await studio.get(`/runs/${id}/history`)).body),
		);
		expect(after.value.slice(0, 10)).toEqual(before.value.slice(0, 10));
		expect(after.value.slice(10)).not.toEqual(before.value.slice(10));
		const { body: kept } = await studio.get(`/runs/${run.id}/frames`);
		expect(kept.steps).toContain(10);
		const frame = await studio.get(`/runs/${run.id}/frames/10`);
		expect(frame.headers.get('x-step')).toBe('10');
		expect(new VectorDecoder(frameSizes(kept.layout)).decode(frame.body)).toBeDefined();
		expect((await studio.post(`/runs/${run.id}/branch`, { step: 20 })).status).toBe(400);

		const skipped = await studio.draw(small(5000));
		await studio.until(skipped.id, 'running');
		const answer = await studio.post(`/runs/${skipped.id}/commands`, { command: 'skip' });
		expect(answer.body.state).toBe('cancelled');
		expect(existsSync(join(studio.outputs, skipped.id))).toBe(false);
	});

	it('takes as many steps as fit into its seconds', async () => {
		const run = await studio.draw(small(2000), { seconds: 1 });
		const done = await studio.until(run.id, 'done');
		expect(done.steps).toBeLessThanOrEqual(8000);
		expect(done.step).toBe(done.steps);
	});
});

it('a recipe is checked before it waits, and every issue is named', async () => {
	const { status, body } = await studio.post('/runs', { recipe: { ...small(), steps: 0, strokes: { path: 4 } } });
	expect(status).toBe(400);
	expect(body.code).toBe('E_RECIPE');
	expect(body.issues.map(({ path }: { path: string }) => path)).toEqual(
		expect.arrayContaining(['steps', 'strokes.path']),
	);
	const checked = await studio.post('/recipes/check', { recipe: small() });
	expect(checked.body.recipe.steps).toBe(8);
	expect(checked.body.seconds).toEqual(expect.any(Number));
	const odd = await studio.post('/recipes/check', { recipe: { prompts: 'a red blorptastic' } });
	expect(odd.body.warnings[0]).toContain("'blorptastic'");
	const nothing = await studio.post('/recipes/check', { recipe: {} });
	expect(nothing.body.issues.length).toBeGreaterThan(0);
});

it('wildcards are previewed as they will be drawn', async () => {
	const prompts = ['a {red|green|blue} {cat|dog|fish|heart}'];
	const { body } = await studio.post('/recipes/prompts', { prompts, seed: 5, count: 3 });
	expect(body.counts).toEqual([12]);
	const { body: added } = await studio.post('/runs', {
		recipe: { ...small(), prompts: prompts[0], seed: 5 },
		count: 3,
	});
	const texts = added.runs.map(({ recipe }: { recipe: { prompts: { text: string }[] } }) => [recipe.prompts[0]!.text]);
	expect(texts).toEqual(body.prompts);
	for (const { id } of added.runs) await studio.until(id, 'done');
});

it('a link carries a recipe there and back', async () => {
	const recipe = small(12, { seed: 3 });
	const { body } = await studio.post('/recipes/link', { recipe });
	const read = await studio.post('/recipes/read', { link: `http://somewhere/#${body.fragment}` });
	expect(read.body).toMatchObject({ source: 'atelier', recipe: { steps: 12, seed: 3 } });
	expect((await studio.post('/recipes/read', { link: '#r=abc' })).body.code).toBe('E_RECIPE');
});
