/** @file Contrastive training of the built-in towers: one worker with the batch in one program, against two workers with half each. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../src/random.js';
import { parseContrastiveFile } from '../src/training/contrastive/config.js';
import { trainContrastive } from '../src/training/contrastive/trainer.js';
import { brief, printRows } from './measure.js';

const batch = 128;
/** Steps that are not counted: programs are compiled. */
const warm = 3;
const steps = 10;
/** The ways take turns, so that a busy machine slows all alike. */
const rounds = 3;

const ways = {
	plain: { workers: 1, chunk: batch },
	two: { workers: 2, chunk: batch / 2 },
	pieces: { workers: 2, chunk: batch / 8 },
} as const;
type Way = keyof typeof ways;

/** Print a table and, with `json`, a last line of JSON. */
export async function contrastiveBench(json: boolean): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'bench-contrastive-'));
	try {
		writeCorpus(folder);
		const speeds: Record<Way, Speed[]> = { plain: [], two: [], pieces: [] };
		for (let round = 0; round < rounds; round++)
			for (const way of Object.keys(ways) as Way[]) speeds[way].push(await speedOf(folder, ways[way]));
		const median = (way: Way, of: (s: Speed) => number) => speeds[way].map(of).sort((a, b) => a - b)[rounds >> 1]!;
		const wall = (way: Way) => median(way, (s) => s.imagesPerSecond);
		const cpu = (way: Way) => median(way, (s) => s.cpuMilliseconds);
		const result = {
			plain: brief(wall('plain')),
			two: brief(wall('two') / wall('plain')),
			pieces: brief(wall('pieces') / wall('plain')),
			two_cpu: brief(cpu('two') / cpu('plain')),
			pieces_cpu: brief(cpu('pieces') / cpu('plain')),
		};
		printRows([
			[`batch of ${batch}`, 'images/s, and processor time an image; ratios to the first row'],
			['one worker, one program', `${result.plain} images/s, ${brief(cpu('plain'))} ms`],
			['two workers, half the batch each, results kept', `${result.two} times, ${result.two_cpu} times the time`],
			['two workers, four pieces each, computed twice', `${result.pieces} times, ${result.pieces_cpu} times the time`],
		]);
		if (json) console.log(JSON.stringify(result));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

interface Speed {
	readonly imagesPerSecond: number;
	/** Of all threads, for one image. */
	readonly cpuMilliseconds: number;
}

async function speedOf(corpus: string, way: (typeof ways)[Way]): Promise<Speed> {
	const file = parseContrastiveFile({
		recipe: 'clip',
		model: { kind: 'builtin' },
		sources: [{ corpus }],
		batch,
		...way,
		steps: warm + steps,
		warmup: 1,
		evaluation: { every: 1000, pairs: 2 },
	});
	let began = 0;
	let used = process.cpuUsage();
	let speed: Speed | undefined;
	await trainContrastive(file, {
		out: join(corpus, 'run'),
		onEvent(event) {
			if (event.kind !== 'step') return;
			if (event.step === warm) {
				began = performance.now();
				used = process.cpuUsage();
			}
			if (event.step !== warm + steps) return;
			const { user, system } = process.cpuUsage(used);
			speed = {
				imagesPerSecond: (1000 * steps * batch) / (performance.now() - began),
				cpuMilliseconds: (user + system) / 1000 / (steps * batch),
			};
		},
	});
	return speed!;
}

/** A corpus of noise: what is shown makes no difference to the time. */
function writeCorpus(folder: string): void {
	const random = new Random(1);
	const [images, concepts] = [200, 50];
	const pixels = Uint8Array.from({ length: images * 40 * 40 * 4 }, (_, i) => (i % 4 === 3 ? 255 : random.int(256)));
	const file = {
		version: 1,
		size: 40,
		concepts: Array.from({ length: concepts }, (_, k) => ({
			name: `thing ${k}`,
			words: [{ text: `thing ${k}`, lang: 'en' }],
		})),
		images: Array.from({ length: images }, (_, i) => ({
			concept: i % concepts,
			kind: 'emoji',
			source: 'noise',
			name: `${i}`,
			heldOut: i < 4,
		})),
		sources: [{ name: 'noise', title: 'Noise', package: 'none', version: '1', licence: 'none', images }],
	};
	writeFileSync(join(folder, 'corpus.json'), JSON.stringify(file));
	writeFileSync(join(folder, 'images.bin'), pixels);
}
