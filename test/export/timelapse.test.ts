/** @file The pictures of a timelapse: from the start of the drawing that won to image.png itself. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { easings } from '../../src/export/easing.js';
import { type FinishedRun, framesOf, openFinishedRun } from '../../src/export/finished-run.js';
import { runInFolder } from '../../src/export/run.js';
import { RunFolder } from '../../src/export/run-folder.js';
import { moment, timelapse } from '../../src/export/timelapse.js';
import { toBytes } from '../../src/image.js';
import { createRenderer } from '../../src/painter/create-renderer.js';
import type { Eye } from '../../src/painter/looking.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { canvasOf, scheduleOf } from '../../src/painter/setup.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { plainView } from '../../src/views/index.js';
import { brightness, fakeObjective } from '../painter/toys.js';
import { drawRun } from './runs.js';

let root: string;
let run: FinishedRun;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-timelapse-'));
	run = await drawRun(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a timelapse', () => {
	it('ends with image.png, byte for byte, and begins with the start of the same drawing', async () => {
		const film = timelapse(run, { fps: 5, seconds: 3 });
		expect(film).toMatchObject({ width: 48, height: 40, fps: 5, count: 11, hold: 1 });
		const pictures: Uint8Array[] = [];
		for await (const rgb of film.pictures()) pictures.push(rgb);
		expect(pictures).toHaveLength(11);
		const image = await sharp(run.folder.file('image.png')).raw().toBuffer();
		expect(image.equals(pictures.at(-1)!)).toBe(true);
		const first = framesOf(run)[0]!;
		expect(first.step).toBe(0);
		expect(pictures[0]).toEqual(toBytes(run.renderer.scaled!(2).render(first.params).image));
	});

	it('follows the candidate that won alone, though another may have led before', () => {
		const frames = framesOf(run);
		expect(new Set(frames.map((f) => f.candidate))).toEqual(new Set([run.candidate]));
		expect(frames.map((f) => f.step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
	});

	it('follows each place of things that stand apart to the candidate that it came from', async () => {
		const recipe = parseRecipe({
			prompts: 'a | b',
			layout: 'beside',
			size: [48, 24],
			canvas: 24,
			steps: 12,
			seed: 5,
			candidates: 5,
			tidy: false,
			strokes: { paths: 2 },
		});
		const canvas = canvasOf(recipe);
		// Who is dark on the left is not who is dark on the right.
		const eye = (place: number): Eye => ({
			objective: fakeObjective((views) => -brightness(views)),
			...{ views: plainView, viewCount: 1, imageSize: 8, share: 1, member: 0, place, prompts: [place] },
		});
		const setup: PainterSetup = {
			...scheduleOf(recipe, createRenderer(recipe, canvas)),
			guidance: { eyes: [eye(0), eye(1)], weight: 1 },
		};
		const folder = RunFolder.create(recipe, root);
		await runInFolder(Painter.create(setup), folder, { width: 48, height: 24, scale: canvas.scale }, {});
		const apart = openFinishedRun(folder.path);
		const came = [0, 1].map((place) => apart.lineage![place]!.map(([, index]) => index));
		expect(came[0]).not.toEqual(came[1]);
		const frames = framesOf(apart);
		expect(frames.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
		// Adam moves a point by its rate or so a step: more is another drawing.
		const rate = apart.renderer.learningRates.points!;
		// The first step puts what began outside of its place inside.
		for (const [i, { params }] of frames.slice(2).entries())
			params.points!.forEach((x, k) => {
				expect(Math.abs(x - frames[i + 1]!.params.points![k]!)).toBeLessThan(4 * rate);
			});
	});

	it('takes the time that it is given, whatever the rate', () => {
		for (const [fps, seconds] of [
			[25, 6],
			[10, 1],
			[7, 2.3],
			[1, 0.5],
		] as const) {
			const { count, hold } = timelapse(run, { fps, seconds });
			expect(count).toBeGreaterThanOrEqual(2);
			if (seconds * fps > 3) expect((count - 1) / fps + hold).toBeCloseTo(seconds, 9);
		}
	});

	it('is drawn anew at other sizes', async () => {
		const film = timelapse(run, { box: [96, 500], fps: 2, seconds: 1 });
		expect([film.width, film.height]).toEqual([96, 80]);
		expect(await film.picture(film.count - 1)).toEqual(toBytes(run.renderer.scaled!(4).render(run.params).image));
	});

	it('is refused when it would be too large', () => {
		expect(() => timelapse(run, { scale: 100 })).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
		expect(() => timelapse(run, { scale: 60, seconds: 60 })).toThrow(/million pixels/);
	});

	it('of a run without frames says how to get them', async () => {
		const bare = await drawRun(root, {}, { frames: false });
		expect(() => timelapse(bare)).toThrow(/frames\.bin.*atelier draw --recipe/);
	});

	it('is had of a run of one step, and of one that was stopped', async () => {
		const controller = new AbortController();
		const stopped = await drawRun(
			root,
			{},
			{
				signal: controller.signal,
				onStep: ({ step }) => {
					if (step === 4) controller.abort();
				},
			},
		);
		expect(stopped.step).toBe(4);
		for (const short of [await drawRun(root, { steps: 1 }), stopped]) {
			const film = timelapse(short, { fps: 3, seconds: 1 });
			const image = await sharp(short.folder.file('image.png')).raw().toBuffer();
			expect(image.equals(await film.picture(film.count - 1))).toBe(true);
		}
	});
});

describe('moment', () => {
	it('mixes the parameters of the recorded steps around it', () => {
		const frame = (step: number, v: number) => ({ step, candidate: 0, params: { a: Float32Array.of(v, 1) } });
		const frames = [frame(0, 0), frame(4, 8), frame(6, 9)];
		expect([-1, 0, 1, 4, 5, 6, 7].map((step) => moment(frames, step).a![0])).toEqual([0, 0, 2, 8, 8.5, 9, 9]);
	});
});

describe('easings', () => {
	it.each(Object.entries(easings))(
		'%s goes from 0 to 1, never back, and its inverse undoes it',
		(_, { progress, time }) => {
			expect([progress(0), progress(1), time(0), time(1)]).toEqual([0, 1, 0, 1]);
			for (let t = 0; t < 1; t += 0.05) {
				expect(progress(t + 0.05)).toBeGreaterThan(progress(t));
				expect(time(progress(t))).toBeCloseTo(t, 9);
			}
		},
	);
});
