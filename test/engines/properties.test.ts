/** @file Laws that hold for all shapes: broadcasting and matrix products, drawn at random. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentEngines } from '../../src/engines/index.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { Random } from '../../src/random.js';
import type { Shape, Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { deviation } from './check.js';

const engines = (await presentEngines()).filter((e) => e.name !== 'reference');
const size = fc.integer({ min: 1, max: 5 });
const shape = fc.array(size, { maxLength: 4 });

/** A shape that broadcasts to `full`: some leading axes left out, some axes 1. */
const within = (full: Shape) =>
	fc
		.tuple(fc.nat({ max: full.length }), fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }))
		.map(([drop, ones]) => full.map((d, i) => (ones[i] ? 1 : d)).slice(drop));
const pair = shape.chain((full) => fc.tuple(fc.constant(full), within(full), within(full)));

const random = (of: Shape, seed: number) => {
	const source = new Random(seed);
	return t.constant(
		Float32Array.from({ length: t.sizeOf(of) }, () => source.normal()),
		of,
	);
};
const value = (y: Tensor) => evaluate64({ y }, {}).y!;
const dot = (a: Tensor, b: Tensor) => value(t.sum(t.mul(a, b)))[0]!;

describe('broadcasting', () => {
	it('is symmetric, and idempotent', () => {
		fc.assert(
			fc.property(pair, ([full, a, b]) => {
				const both = t.broadcastShapes(a, b);
				expect(t.broadcastShapes(b, a)).toEqual(both);
				expect(t.broadcastShapes(both, a)).toEqual(both);
				expect(t.broadcastShapes(full, both)).toEqual(full);
			}),
		);
	});

	it('refuses sizes that differ and are not 1', () => {
		fc.assert(
			fc.property(shape, fc.integer({ min: 2, max: 6 }), fc.nat({ max: 3 }), (s, n, at) => {
				const a = [...s, n, ...Array<number>(at).fill(2)];
				const b = [n + 1, ...Array<number>(at).fill(2)];
				expect(() => t.broadcastShapes(a, b)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
			}),
		);
	});

	it('reads element [i mod size] of each axis', () => {
		fc.assert(
			fc.property(pair, fc.nat(), ([full, a], seed) => {
				const x = random(a, seed);
				const y = value(t.broadcastTo(x, full));
				const source = value(x);
				const padded = [...Array<number>(full.length - a.length).fill(1), ...a];
				for (let flat = 0; flat < y.length; flat++) {
					let rest = flat;
					let at = 0;
					let stride = 1;
					for (let i = full.length - 1; i >= 0; i--) {
						at += ((rest % full[i]!) % padded[i]!) * stride;
						rest = Math.floor(rest / full[i]!);
						stride *= padded[i]!;
					}
					expect(y[flat]).toBe(source[at]);
				}
			}),
		);
	});

	it('has sumTo as its transpose: <broadcast x, y> = <x, sumTo y>', () => {
		fc.assert(
			fc.property(pair, fc.nat(), ([full, a], seed) => {
				const x = random(a, seed);
				const y = random(full, seed + 1);
				expect(dot(t.broadcastTo(x, full), y)).toBeCloseTo(dot(x, t.sumTo(y, a)), 9);
			}),
		);
	});

	it.each(engines.map((e) => [e.name, e] as const))('is done alike by %s', async (_, engine) => {
		await fc.assert(
			fc.asyncProperty(pair, fc.nat(), async ([, a, b], seed) => {
				const x = t.input('x', a);
				const outputs = { y: t.sub(x, random(b, seed)) };
				const feeds = { x: random(a, seed + 1).data! };
				const program = await engine.compile(outputs);
				const { y } = await program.run(feeds);
				await program.dispose();
				expect(deviation(y!, evaluate64(outputs, feeds).y!)).toBeLessThan(1e-6);
			}),
			{ numRuns: 40 },
		);
	});
});

describe('matrix product', () => {
	const batch = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
	const product = batch.chain((full) =>
		fc.record({
			batchA: within(full),
			batchB: within(full),
			m: size,
			k: size,
			n: size,
			ta: fc.boolean(),
			tb: fc.boolean(),
			seed: fc.nat(),
		}),
	);
	type Product = typeof product extends fc.Arbitrary<infer P> ? P : never;
	const operands = ({ batchA, batchB, m, k, n, ta, tb, seed }: Product) =>
		[
			random([...batchA, ...(ta ? [k, m] : [m, k])], seed),
			random([...batchB, ...(tb ? [n, k] : [k, n])], seed + 1),
		] as const;

	it('has flags that mean transpose', () => {
		fc.assert(
			fc.property(product, (p) => {
				const [a, b] = operands(p);
				const plain = t.matmul(p.ta ? t.transpose(a) : a, p.tb ? t.transpose(b) : b);
				expect(value(t.matmul(a, b, p.ta, p.tb))).toEqual(value(plain));
			}),
		);
	});

	it("is (B' A')' ", () => {
		fc.assert(
			fc.property(product, (p) => {
				const [a, b] = operands(p);
				expect(value(t.transpose(t.matmul(b, a, !p.tb, !p.ta)))).toEqual(value(t.matmul(a, b, p.ta, p.tb)));
			}),
		);
	});

	it('is the sum over the inner axis of the broadcast elementwise product', () => {
		fc.assert(
			fc.property(product, (p) => {
				const [a, b] = operands({ ...p, ta: false, tb: true });
				const columns = t.reshape(a, [...p.batchA, p.m, 1, p.k]);
				const rows = t.reshape(b, [...p.batchB, 1, p.n, p.k]);
				expect(deviation(value(t.matmul(a, b, false, true)), value(t.sum(t.mul(columns, rows), [-1])))).toBeLessThan(
					1e-12,
				);
			}),
		);
	});

	it('has gradients that satisfy <dC, C> = <dA, A> = <dB, B>', () => {
		fc.assert(
			fc.property(product, (p) => {
				const [a, b] = operands(p);
				const c = t.matmul(a, b, p.ta, p.tb);
				const d = random(c.shape, p.seed + 2);
				const [da, db] = t.gradients(c, [a, b], d);
				expect(dot(da!, a)).toBeCloseTo(dot(d, c), 9);
				expect(dot(db!, b)).toBeCloseTo(dot(d, c), 9);
			}),
		);
	});

	it.each(engines.map((e) => [e.name, e] as const))('is done alike by %s', async (_, engine) => {
		await fc.assert(
			fc.asyncProperty(product, async (p) => {
				const [left, right] = operands(p);
				const a = t.input('a', left.shape);
				const b = t.input('b', right.shape);
				const outputs = { y: t.matmul(a, b, p.ta, p.tb) };
				const feeds = { a: left.data!, b: right.data! };
				const program = await engine.compile(outputs);
				const { y } = await program.run(feeds);
				await program.dispose();
				expect(deviation(y!, evaluate64(outputs, feeds).y!)).toBeLessThan(1e-5);
			}),
			{ numRuns: 40 },
		);
	});
});
