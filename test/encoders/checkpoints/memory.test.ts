/** @file What reading a model costs beside its weights: next to nothing. */

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { clipTables } from '../../../src/encoders/checkpoints/clip-keys.js';
import { mapKeys, readMapped } from '../../../src/encoders/checkpoints/keys.js';
import { openSource } from '../../../src/encoders/checkpoints/open.js';
import { fileSource } from '../../../src/encoders/checkpoints/source.js';
import { sizeOf } from '../../../src/tensor/index.js';
import { legacy, op, pickledTensor, torchZip } from './torch-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'memory-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const d = 1200;
const block = 'vision_model.encoder.layers.0';
/** A block of a wide tower in Hugging Face's names, with what has to be put together and turned: 26 million numbers. */
const shapes: Readonly<Record<string, readonly number[]>> = {
	[`${block}.self_attn.q_proj.weight`]: [d, d],
	[`${block}.self_attn.k_proj.weight`]: [d, d],
	[`${block}.self_attn.v_proj.weight`]: [d, d],
	[`${block}.self_attn.out_proj.weight`]: [d, d],
	[`${block}.mlp.fc1.weight`]: [4 * d, d],
	[`${block}.mlp.fc2.weight`]: [d, 4 * d],
	'text_model.embeddings.token_embedding.weight': [7000, d],
	'visual_projection.weight': [640, d],
};
const total = Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);

/** Halves, all zero: what is measured is memory. */
const storages = Object.values(shapes).map((shape) => Buffer.alloc(2 * sizeOf(shape)));
const stateDict = op.dict(
	...Object.entries(shapes).map(([name, shape], i): [Buffer, Buffer] => [
		op.text(name),
		pickledTensor({ key: String(i), type: 'HalfStorage', count: sizeOf(shape), shape }),
	]),
);

function writeSafetensorsOfHalves(): void {
	let end = 0;
	const header = Object.entries(shapes).map(([name, shape]) => {
		const begin = end;
		end += 2 * sizeOf(shape);
		return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
	});
	const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(json.length));
	writeFileSync(path, Buffer.concat([length, json]));
	truncateSync(path, 8 + json.length + end);
}

it.each<[string, () => void]>([
	['safetensors', writeSafetensorsOfHalves],
	['a file of torch.save', () => writeFileSync(path, torchZip(stateDict, storages))],
	[
		'a file of torch.save before 1.6',
		() =>
			writeFileSync(
				path,
				legacy(
					stateDict,
					storages.map((data) => [data.length / 2, data]),
				),
			),
	],
])('%s in halves takes no more than 1.3 times its weights in float32', (_, write) => {
	write();
	const file = fileSource(path);
	let most = 0;
	const watched = {
		...file,
		readInto(offset: number, into: Uint8Array) {
			file.readInto(offset, into);
			most = Math.max(most, process.memoryUsage().arrayBuffers);
		},
	};
	// Twice: what one finds, the next has given back.
	collectGarbage();
	collectGarbage();
	const before = process.memoryUsage().arrayBuffers;
	const checkpoint = openSource(watched);
	const weights = [...mapKeys(checkpoint, clipTables).values()].map((weight) => readMapped(checkpoint, weight));
	checkpoint.close();
	expect(weights.reduce((sum, data) => sum + data.length, 0)).toBe(total);
	expect((most - before) / (4 * total)).toBeGreaterThan(0.9); // it is measured at all
	expect((most - before) / (4 * total)).toBeLessThan(1.3);
});
