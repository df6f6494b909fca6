/** @file Weights in a byte each: how near they come, and that files hold them. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWeights, toInt8 } from '../../src/encoders/int8-weights.js';
import type { Weights } from '../../src/encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { Random } from '../../src/random.js';

const root = mkdtempSync(join(tmpdir(), 'int8-'));
afterAll(() => rmSync(root, { recursive: true }));

const random = new Random(5);
const array = (shape: readonly number[], spread: (i: number) => number) => ({
	shape,
	data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => random.normal() * spread(i)),
});
const roundTrip = (weights: Weights, name: string) => {
	const path = join(root, name);
	writeSafetensors(path, toInt8(weights), { dtype: 'F16' });
	return { path, read: readWeights(path) };
};

describe('weights in a byte each', () => {
	it('are within half a step of their channel: the last of a convolution, the row of a matrix', () => {
		// Channels of very unlike sizes, which one scale for all would lose.
		const conv = array([3, 3, 32, 16], (i) => 10 ** -((i % 16) / 8));
		const matrix = array([64, 128], (i) => 10 ** -(Math.floor(i / 128) / 32));
		const { read } = roundTrip(
			new Map([
				['conv', conv],
				['matrix', matrix],
			]),
			'near.safetensors',
		);
		expect([...read.keys()].sort()).toEqual(['conv', 'matrix']);
		for (const [name, { shape, data }, channel] of [
			['conv', conv, (i: number) => i % 16],
			['matrix', matrix, (i: number) => Math.floor(i / 128)],
		] as const) {
			const got = read.get(name)!;
			expect(got.shape).toEqual(shape);
			const largest: number[] = [];
			for (const [i, x] of data.entries()) largest[channel(i)] = Math.max(largest[channel(i)] ?? 0, Math.abs(x));
			// The scale itself is a half: a little more than half a step.
			for (const [i, x] of data.entries())
				expect(Math.abs(got.data[i]! - x)).toBeLessThan((0.5 + 127 * 2 ** -11) * (largest[channel(i)]! / 127) + 1e-7);
		}
	});

	it('take half the file that halves take; vectors, small matrices and zeros stay what they are', () => {
		const weights: Weights = new Map([
			['matrix', array([128, 256], () => 0.1)],
			['vector', array([5000], () => 0.1)],
			['small', array([4, 4], () => 0.1)],
			['nothing', array([64, 128], () => 0)],
		]);
		const { path, read } = roundTrip(weights, 'small.safetensors');
		expect(statSync(path).size).toBeLessThan(128 * 256 * 1.01 + 5000 * 2 + 64 * 130 + 2000);
		expect(readSafetensors(path).integers.has('matrix')).toBe(true);
		for (const name of ['vector', 'small', 'nothing'])
			for (const [i, x] of weights.get(name)!.data.entries())
				expect(Math.abs(read.get(name)!.data[i]! - x)).toBeLessThan(1e-3);
		expect(Math.max(...read.get('nothing')!.data)).toBe(0);
	});

	it('are refused where they are not finite', () => {
		for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e8]) {
			const matrix = array([64, 128], () => 1);
			matrix.data[77] = bad;
			expect(() => toInt8(new Map([['matrix', matrix]]))).toThrow(/finite weights of at most .* in 'matrix'/);
		}
	});

	it('need scales that fit; integers without are no weights', () => {
		const path = join(root, 'damaged.safetensors');
		const stored = new Map(toInt8(new Map([['matrix', array([64, 128], () => 1)]])));
		writeSafetensors(
			path,
			new Map([
				...stored,
				['ids', { shape: [3], data: Int8Array.of(1, 2, 3) }],
				['count', { shape: [], data: Int8Array.of(4) }],
			]),
		);
		expect([...readWeights(path).keys()]).toEqual(['matrix']);
		stored.set('matrix.scale', { shape: [32, 1], data: new Float32Array(32) });
		writeSafetensors(path, stored);
		expect(() => readWeights(path)).toThrow(
			expect.objectContaining({
				code: 'E_CHECKPOINT',
				message: expect.stringMatching(/scales of 'matrix' \[64,128\].*\[64,1\], got \[32,1\]/),
			}),
		);
	});

	it('are read as they are from files without bytes', () => {
		const path = join(root, 'plain.safetensors');
		const plain: Weights = new Map([['matrix', array([64, 128], () => 1)]]);
		writeSafetensors(path, plain);
		expect(readWeights(path)).toEqual(plain);
	});
});
