/** @file Encoders by the path of a folder that has no configuration, but one file of weights that needs none. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findEncoder } from '../../src/encoders/find-encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { writeSafetensors } from '../../src/encoders/safetensors.js';
import { engineByName } from '../../src/engines/index.js';
import { lettersTokenizer } from './clip-model.js';
import { fixture } from './parity.js';

const folder = mkdtempSync(join(tmpdir(), 'find-encoder-'));
const tokenizerPath = join(folder, 'tokenizer.json');
const weightsPath = join(folder, 'mobileclip_tiny.safetensors');
afterAll(() => rmSync(folder, { recursive: true }));

it('opens the folder of a file as the file itself', async () => {
	expect(() => findEncoder(folder)).toThrow(/expected a model in the folder '.*', got neither weights/);
	const { weights } = fixture('mobileclip_tiny');
	const table = 'text_encoder.embedding_layer.weight';
	const { shape, data } = weights.get(table)!;
	// As many tokens as the tokenizer has.
	const rows = Object.keys(lettersTokenizer.model.vocab).length;
	const grown = Float32Array.from({ length: rows * shape[1]! }, (_, i) => data[i % data.length]!);
	weights.set(table, { shape: [rows, shape[1]!], data: grown });
	writeSafetensors(weightsPath, weights);
	writeFileSync(tokenizerPath, JSON.stringify(lettersTokenizer));
	// What a trainer keeps beside is not of the model.
	writeFileSync(join(folder, 'optimizer.pt'), '');

	const engine = await engineByName('onnxruntime', { threads: 1 });
	const [byFolder, byFile] = await Promise.all([folder, weightsPath].map((path) => openEncoder(path, engine)));
	expect(findEncoder(folder)).toBe(folder);
	expect(byFolder!.hash).toBe(byFile!.hash);
	expect(byFolder!.imageSize).toBe(256);
	expect(await byFolder!.encodeTexts(['a b'])).toEqual(await byFile!.encodeTexts(['a b']));
});

it('says which files there are to choose from', () => {
	writeFileSync(join(folder, 'epoch_2.pt'), '');
	expect(() => findEncoder(folder)).toThrow(/one file of weights in '.*', got epoch_2.pt, mobileclip_tiny.safetensors/);
});
