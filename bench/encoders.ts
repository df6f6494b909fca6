/** @file Models of full size and random weights: are their sizes those of the originals, what do they cost, how fast are they. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Architecture } from '../src/encoders/architecture.js';
import { ShapeRecorder } from '../src/encoders/checkpoints/fit.js';
import { imageEmbedding, textEmbedding } from '../src/encoders/clip.js';
import type { ClipConfig } from '../src/encoders/clip-config.js';
import { AtelierError } from '../src/errors.js';
import { input, sizeOf, type Tensor } from '../src/tensor/index.js';
import { architectures, type KnownModel } from './architectures.js';
import type { EncoderMeasurements } from './encoder-child.js';
import { brief, productFlops } from './measure.js';
import { plannedTensors, writeRandomModel } from './random-checkpoint.js';

/** Those that a machine of a few gigabytes measures in minutes. */
const usual = ['ViT-B/32', 'RN50', 'ViT-B/16', 'ViT-L/14'];

/** Rounds of forward, step and multiply, of which the best of each counts: fewer for models whose steps take seconds. */
const roundsOf = (gmacs: number) => (gmacs > 50 ? 3 : 8);

/** Models of more multiply-adds look at one view at a time here, the others at four as guidance does. */
const manyGmacs = 100;

/** Measure models by name, the usual ones where none is named; print a table as Markdown and, with `json`, a last line of JSON. */
export async function encodersBench(json: boolean, names: readonly string[]): Promise<void> {
	const unknown = names.find((name) => !Object.hasOwn(architectures, name));
	if (unknown !== undefined)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected names of ${Object.keys(architectures).join(', ')}, got '${unknown}'`,
		);
	console.log(
		'| model | parameters | GMACs image / text | load, s | peak of loading: MB, of the tensors | compiled, run: MB | views at once | ms an image, forward | ms a view, forward + gradient | GFLOP/s of it | of the multiply |',
	);
	console.log('|---|---|---|---|---|---|---|---|---|---|---|');
	const rows = [];
	for (const name of names.length > 0 ? names : usual) {
		const row = await measure(name, architectures[name]!);
		rows.push(row);
		const gmacs = `${row.gmacs.image.toFixed(2)} / ${row.gmacs.text.toFixed(2)}`;
		console.log(
			`| ${name} | ${row.parameters.toLocaleString('en')} | ${gmacs} | ${row.load_s} | ${row.load_mb} (${row.load_share}) | ${row.compiled_mb}, ${row.run_mb} | ${row.views} | ${row.forward_ms} | ${row.step_ms} | ${row.gflops} | ${row.ratio} (forward ${row.forward_ratio}) |`,
		);
	}
	if (json) console.log(JSON.stringify(rows));
}

async function measure(name: string, known: KnownModel) {
	const parameters = countParameters(known.architecture);
	for (const part of ['total', 'image', 'text'] as const)
		if (known.parameters[part] > 0 && parameters[part] !== known.parameters[part])
			throw new Error(`expected ${known.parameters[part]} parameters in ${name} (${part}), got ${parameters[part]}`);
	const gmacs = known.clip ? countGmacs(known.clip) : countProducts(known.architecture);
	for (const tower of ['image', 'text'] as const) {
		const wanted = known.gmacs[tower];
		if (wanted > 0 && Math.abs(gmacs[tower] - wanted) > Math.max(0.006, 0.001 * wanted))
			throw new Error(`expected ${wanted} GMACs in the ${tower} tower of ${name}, got ${gmacs[tower]}`);
	}
	const views = gmacs.image > manyGmacs ? 1 : 4;
	const folder = mkdtempSync(join(tmpdir(), 'bench-encoder-'));
	try {
		writeRandomModel(folder, known);
		const child = fileURLToPath(new URL('./encoder-child.js', import.meta.url));
		const path = known.config ? folder : join(folder, 'model.safetensors');
		const numbers = [views, roundsOf(gmacs.image)].map(String);
		const { stdout } = await promisify(execFile)(process.execPath, [child, path, ...numbers]);
		const m = JSON.parse(stdout) as EncoderMeasurements;
		const speed = (part: 'forward' | 'step' | 'multiply') => m.flops[part] / m[part] / 1e9;
		const megabytes = (bytes: number) => Math.round(bytes / 1e6);
		return {
			name,
			parameters: parameters.total,
			gmacs,
			load_s: brief(m.loadSeconds),
			load_mb: megabytes(m.loadPeak),
			load_share: brief(m.loadPeak / (4 * parameters.total)),
			compile_s: brief(m.compileSeconds),
			compiled_mb: megabytes(m.readyPeak),
			run_mb: megabytes(m.runPeak),
			views,
			forward_ms: brief((m.forward * 1000) / views),
			step_ms: brief((m.step * 1000) / views),
			gflops: brief(speed('step')),
			gemm_gflops: brief(speed('multiply')),
			ratio: brief(speed('step') / speed('multiply')),
			forward_ratio: brief(speed('forward') / speed('multiply')),
		};
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** What is learnt; running statistics are not. */
function countParameters(architecture: Architecture): { total: number; image: number; text: number } {
	const counts = { total: 0, image: 0, text: 0 };
	for (const { name, shape } of plannedTensors(architecture)) {
		if (/\.running_(mean|var)$/.test(name)) continue;
		counts.total += sizeOf(shape);
		if (name !== architecture.scale?.weight) counts[name.startsWith('visual.') ? 'image' : 'text'] += sizeOf(shape);
	}
	return counts;
}

/**
 * Billions of multiply-adds for one picture and one text of the whole context as papers count them: all tokens to the end. Ours
 * leaves out what nobody reads of the last block; so one block more is built, and its predecessor looked at.
 */
function countGmacs(config: ClipConfig): { image: number; text: number } {
	const { vision, text, embed } = config;
	const store = new ShapeRecorder();
	const images = input('images', [1, 3, vision.resolution, vision.resolution]);
	const projection = (width: number) => 2 * width * embed;
	const gmacs = (flops: number) => flops / 2e9;
	let last: Tensor | undefined;
	const listen = (wanted: string) => (name: string, value: Tensor) => {
		if (name === wanted) last = value;
	};
	const rows = [input('ids', [1, text.context], 'int32'), input('positions', [1], 'int32')] as const;
	const longer = { ...text, layers: text.layers + 1 };
	const trace = listen(`transformer.resblocks.${text.layers - 1}`);
	textEmbedding({ ...config, text: longer }, store, ...rows, { trace });
	const words = productFlops({ last: last! }) + projection(text.width);
	if (vision.kind === 'resnet')
		return {
			image: gmacs(productFlops({ embedding: imageEmbedding(config, store, images) })),
			text: gmacs(words),
		};
	const taller = { ...config, vision: { ...vision, layers: vision.layers + 1 } };
	imageEmbedding(taller, store, images, { trace: listen(`visual.transformer.resblocks.${vision.layers - 1}`) });
	return { image: gmacs(productFlops({ last: last! }) + projection(vision.width)), text: gmacs(words) };
}

/** Billions of multiply-adds in our graphs. */
function countProducts({ image, text }: Architecture): { image: number; text: number } {
	const store = new ShapeRecorder();
	const size = [1, text.context];
	const ids = input('ids', size, 'int32');
	const rows = { ids, positions: input('positions', [1], 'int32'), mask: input('mask', size) };
	const seen = image?.graph(store, input('images', [1, 3, image.resolution, image.resolution]));
	const gmacs = (embedding: Tensor) => productFlops({ embedding }) / 2e9;
	return { image: seen ? gmacs(seen) : 0, text: gmacs(text.graph(store, rows)) };
}
