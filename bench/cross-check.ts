/**
 * @file Full-size models of random weights that the official Python packages make, save and run, loaded and run by us: do
 * embeddings, logits and gradients agree? Needs torch, transformers, open_clip and safetensors in the Python that
 * ATELIER_PYTHON names.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openEncoder } from '../src/encoders/open-encoder.js';
import { readSafetensors } from '../src/encoders/safetensors.js';
import { engineByName } from '../src/engines/index.js';
import { constant, gradients, input, matmul, sum } from '../src/tensor/index.js';
import { cosine, peerScript, pythonWith } from './python.js';

/** Names that cross-check.py knows. */
const cases = [
	'transformers CLIPModel B/32',
	'transformers CLIPModel L/14',
	'open_clip ViT-B-32',
	'open_clip ViT-B-32-quickgelu',
	'open_clip RN50',
	'transformers SiglipModel base',
	'transformers AlignModel base',
	'timm fastvit_mci0, MobileCLIP-S0',
];

/** Largest differences that count as agreement: of unit embeddings, of logits; and least cosine of the gradients. */
const tolerances = { embedding: 1e-5, logit: 2e-3, gradient: 0.99999 };

/** Compare the models whose names contain one of the given words, or all; print a table as Markdown and, with `json`, a last line of JSON. */
export async function crossCheckBench(json: boolean, words: readonly string[]): Promise<void> {
	const python = await pythonWith('torch', 'transformers', 'open_clip', 'safetensors');
	const rows = [];
	console.log(
		'| model | package | parameters | images | texts | logits | gradient: cosine, largest difference of the largest | |',
	);
	console.log('|---|---|---|---|---|---|---|---|');
	for (const name of cases.filter((n) => words.length === 0 || words.some((word) => n.includes(word)))) {
		const row = await compare(python, name);
		rows.push(row);
		if ('error' in row) console.log(`| ${name} | | | | | | | ${row.error} |`);
		else
			console.log(
				`| ${name} | ${row.package} ${row.version} | ${row.parameters.toLocaleString('en')} | ${brief(row.images)} | ${brief(row.texts)} | ${brief(row.logits)} | ${row.cosine.toFixed(7)}, ${brief(row.gradient)} | ${row.agrees ? 'agrees' : '**differs**'} |`,
			);
	}
	if (json) console.log(JSON.stringify(rows));
	if (rows.some((row) => 'error' in row || !row.agrees)) process.exitCode = 1;
}

const brief = (x: number) => x.toExponential(1);

async function compare(python: string, name: string) {
	const folder = mkdtempSync(join(tmpdir(), 'bench-cross-check-'));
	try {
		const { stdout } = await promisify(execFile)(python, [peerScript('cross-check.py'), name, folder], {
			maxBuffer: 1 << 24,
		});
		const made = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
			package: string;
			version: string;
			parameters: number;
			texts: string[];
			file: string;
		};
		const { weights } = readSafetensors(join(folder, 'expected.safetensors'));
		const wanted = (key: string) => weights.get(key)!;
		const engine = await engineByName('onnxruntime', { threads: 2 });
		const encoder = await openEncoder(join(folder, made.file), engine, { threads: 2 });
		const texts = await encoder.encodeTexts(made.texts);
		const { shape, data: pixels } = wanted('pixels');
		const x = input('x', shape);
		const images = encoder.imageGraph(x);
		const first = constant(wanted('texts').data.slice(0, encoder.width), [encoder.width, 1]);
		const score = sum(matmul(images, first));
		const program = await engine.compile({ images, gradient: gradients(score, [x])[0]! }, { threads: 2 });
		const got = await program.run({ x: pixels });
		await program.dispose();
		const flatTexts = Float32Array.from(texts.flatMap((e) => [...e]));
		const n = texts.length;
		const logits = Float32Array.from(
			{ length: n * shape[0]! },
			(_, i) => encoder.logitScale * dot(got.images!, Math.floor(i / n), texts[i % n]!),
		);
		const gradient = wanted('gradient').data;
		const result = {
			name,
			package: made.package,
			version: made.version,
			parameters: made.parameters,
			images: difference(got.images!, wanted('images').data),
			texts: difference(flatTexts, wanted('texts').data),
			logits: difference(logits, wanted('logits').data),
			cosine: cosine(got.gradient!, gradient),
			gradient: difference(got.gradient!, gradient) / gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0),
		};
		const { embedding, logit, gradient: likeness } = tolerances;
		return {
			...result,
			agrees: Math.max(result.images, result.texts) <= embedding && result.logits <= logit && result.cosine >= likeness,
		};
	} catch (cause) {
		const { stderr, message } = cause as { stderr?: string; message: string };
		return { name, error: stderr?.trim().split('\n').at(-1) || message };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function dot(rows: Float32Array, row: number, vector: Float32Array): number {
	let total = 0;
	for (let i = 0; i < vector.length; i++) total += rows[row * vector.length + i]! * vector[i]!;
	return total;
}

function difference(a: Float32Array, b: Float32Array): number {
	if (a.length !== b.length) throw new Error(`expected ${b.length} numbers, got ${a.length}`);
	return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
}
