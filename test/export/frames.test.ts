/** @file frames.bin: what it keeps, what a crash leaves of it, and that resumed runs write the same. */

import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameRecorder, frameStride, readFrames } from '../../src/export/frames.js';
import { Painter } from '../../src/painter/painter.js';
import { Random } from '../../src/random.js';
import type { Parameters } from '../../src/renderers/renderer.js';
import { tinySetup, tinyStrokes } from '../painter/toys.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-frames-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const setup = () => tinySetup({ steps: 6, candidates: 2, narrowAt: 0.5 });
const copy = (params: Parameters) => Object.fromEntries(Object.entries(params).map(([k, v]) => [k, v.slice()]));

/** Run with a recorder; what the candidates were like at each step. */
async function record(path: string, painter: Painter, until = painter.setup.steps) {
	const recorder = FrameRecorder.open(path, painter);
	const seen = painter.candidates.map((c) => ({ step: painter.step, candidate: c.index, params: copy(c.params) }));
	while (painter.step < until) {
		await painter.advance();
		recorder?.record(painter);
		for (const c of painter.candidates) seen.push({ step: painter.step, candidate: c.index, params: copy(c.params) });
	}
	return seen;
}

describe('frames', () => {
	it('are those of all candidates, to 1/65535 of their range', async () => {
		const path = join(root, 'all');
		const painter = Painter.create(await setup());
		const seen = await record(path, painter);
		const frames = readFrames(path, painter.best.params, 6)!;
		expect(frames.map(({ step, candidate }) => [step, candidate])).toEqual(
			seen.map(({ step, candidate }) => [step, candidate]),
		);
		// Two candidates for steps 0 to 2, then the better one with its own number.
		expect(frames).toHaveLength(3 * 2 + 4);
		expect(frames.at(-1)!.candidate).toBe(painter.best.index);
		for (const [i, { params }] of frames.entries())
			for (const [name, group] of Object.entries(params)) {
				const exact = seen[i]!.params[name]!;
				const range = Math.max(...exact) - Math.min(...exact);
				for (const [k, v] of group.entries()) expect(Math.abs(v - exact[k]!)).toBeLessThanOrEqual(range / 65535 + 1e-6);
			}
	});

	it('may hold numbers that are none, without harm to the others', async () => {
		const path = join(root, 'nan');
		const painter = Painter.create(await setup());
		painter.candidates[0]!.params.points![3] = Number.NaN;
		FrameRecorder.open(path, painter);
		const points = readFrames(path, painter.best.params, 0)![0]!.params.points!;
		expect(points[0]).toBeCloseTo(painter.candidates[0]!.params.points![0]!, 3);
	});

	it('are at most 241 moments and 16 MB, more seldom the larger they are', async () => {
		const base = await setup();
		for (const steps of [1, 12, 240, 241, 300, 1000, 100_000]) {
			const stride = frameStride({ ...base, steps }, base.renderer.init(new Random(0)));
			expect(Math.floor(steps / stride) + 1).toBeLessThanOrEqual(241);
			expect(steps < 240 ? stride : 1).toBe(1);
		}
		const large = { pixels: new Float32Array(200_000) };
		const stride = frameStride({ ...base, steps: 300, candidates: 6, narrowAt: 0.4 }, large);
		expect(stride).toBeGreaterThan(2);
		expect((300 / stride) * 400_000).toBeLessThan(16e6);
	});

	it('cut off or damaged anywhere, are those before', async () => {
		const path = join(root, 'cut');
		const painter = Painter.create(await setup());
		await record(path, painter);
		const bytes = readFileSync(path);
		const model = painter.best.params;
		const whole = readFrames(path, model, 6)!;
		const size = (bytes.length - (bytes.readUInt32LE(8) + 12)) / whole.length;
		for (const lost of [1, size - 1, size, size + 1, 3 * size + 7]) {
			writeFileSync(path, bytes);
			truncateSync(path, bytes.length - lost);
			expect(readFrames(path, model, 6)).toEqual(whole.slice(0, whole.length - Math.ceil(lost / size)));
		}
		const broken = Buffer.from(bytes);
		broken[bytes.length - 2 * size + 20]! ^= 1;
		writeFileSync(path, broken);
		expect(readFrames(path, model, 6)).toHaveLength(whole.length - 2);
		expect(readFrames(path, model, 2)).toHaveLength(6);
	});

	it('of other parameters, or none at all, are undefined', async () => {
		const path = join(root, 'other');
		const painter = Painter.create(await setup());
		await record(path, painter);
		expect(readFrames(path, tinyStrokes(3).init(new Random(1)), 6)).toBeUndefined();
		writeFileSync(path, 'no frames');
		expect(readFrames(path, painter.best.params, 6)).toBeUndefined();
		expect(readFrames(join(root, 'absent'), painter.best.params, 6)).toBeUndefined();
	});

	it('go on where a run is resumed: what lies beyond its step is dropped', async () => {
		const through = join(root, 'through');
		await record(through, Painter.create(await setup()));
		for (const at of [1, 3, 5]) {
			const path = join(root, `resumed-${at}`);
			const first = Painter.create(await setup());
			await record(path, first, at);
			const { candidates } = first;
			const params = candidates.map((c) => copy(c.params));
			// As if the snapshot was older than the last frames, one of them half written.
			const later = Painter.restore(first.setup, at, structuredCloneOf(candidates));
			await record(path, later, at + 1);
			writeFileSync(path, Buffer.alloc(9, 7), { flag: 'a' });
			expect(candidates.map((c) => copy(c.params))).toEqual(params);
			await record(path, Painter.restore(first.setup, at, candidates));
			expect(readFileSync(path).equals(readFileSync(through)), `after ${at}`).toBe(true);
		}
	});

	it('are not begun in the middle', async () => {
		const painter = Painter.create(await setup());
		await painter.advance();
		expect(FrameRecorder.open(join(root, 'middle'), painter)).toBeUndefined();
		expect(existsSync(join(root, 'middle'))).toBe(false);
	});
});

/** Candidates with states of their own. */
function structuredCloneOf(candidates: Painter['candidates']): Painter['candidates'] {
	return candidates.map((c) => ({
		...c,
		params: copy(c.params),
		adam: structuredClone(c.adam),
		random: Random.fromState(c.random.state()),
		scores: [...c.scores],
	}));
}
