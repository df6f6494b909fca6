/** @file Starting from a finished encoder: what is taken over, what stays fresh. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConvTowerConfig } from '../../src/encoders/conv-tower.js';
import { ParameterStore, type Weights } from '../../src/encoders/parameters.js';
import { packageRoot } from '../../src/package-root.js';
import { Random } from '../../src/random.js';
import { conceptEvaluation } from '../../src/training/concept-objective.js';
import { trainingConfig } from '../../src/training/default-config.js';
import { warmStart } from '../../src/training/warm-start.js';

const builtin = join(packageRoot(), 'models', 'builtin');
const folder = mkdtempSync(join(tmpdir(), 'warm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { image } = JSON.parse(readFileSync(join(builtin, 'config.json'), 'utf8')) as { image: ConvTowerConfig };

/** Fresh weights of the shipped net with one block more, for three concepts of which one is unknown. */
function deeper(): Weights {
	const { objective } = trainingConfig({}, 3);
	const stages = image.stages.map((s, i, all) => (i === all.length - 1 ? { ...s, blocks: s.blocks + 1 } : s));
	const store = new ParameterStore(new Map(), new Random(5));
	conceptEvaluation({ ...objective, tower: { ...image, stages } }, store, 1);
	return new Map([...store.weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}

describe('warmStart', () => {
	it('takes over the tower and the prototypes of known concepts; the new block and the unknown concept stay', () => {
		const weights = deeper();
		const before = deeper();
		const result = warmStart(weights, builtin, ['cat', 'a thing never heard of', 'house']);
		const added = `visual.stages.${image.stages.length - 1}.blocks.${image.stages.at(-1)!.blocks}.`;
		expect(result.prototypes).toBe(2);
		expect(result.fresh.length).toBeGreaterThan(0);
		expect(result.fresh.every((name) => name.startsWith(added))).toBe(true);
		expect(weights.get('visual.proj.weight')!.data).not.toEqual(before.get('visual.proj.weight')!.data);
		expect(weights.get(`${added}conv1.weight`)!.data).toEqual(before.get(`${added}conv1.weight`)!.data);
		const { data, shape } = weights.get('prototypes.concepts')!;
		const row = (k: number, of: Float32Array) => of.subarray(k * shape[1]!, (k + 1) * shape[1]!);
		expect(Math.hypot(...row(0, data))).toBeCloseTo(1, 5);
		expect(row(1, data)).toEqual(row(1, before.get('prototypes.concepts')!.data));
	});

	it('refuses a folder that holds no encoder of this project', () => {
		writeFileSync(join(folder, 'config.json'), '{"model_type":"clip"}');
		expect(() => warmStart(deeper(), folder, ['cat'])).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});
});
