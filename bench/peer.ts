/**
 * @file The same step of guidance in PyTorch beside ours, in turns: 4 views of 224 px through a CLIP image tower, forward and
 * gradient to the pixels, 2 threads each. Needs a Python with torch, 'python3' or what the variable ATELIER_PYTHON names.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEncoder } from '../src/encoders/open-encoder.js';
import { engineByName } from '../src/engines/index.js';
import { AtelierError } from '../src/errors.js';
import { gradients, input, slice, sum } from '../src/tensor/index.js';
import { architectures } from './architectures.js';
import { brief } from './measure.js';
import { cosine, peerScript, pythonWith } from './python.js';
import { writeRandomModel } from './random-checkpoint.js';

const models = ['ViT-B/32', 'RN50'];
/** What PyTorch may do for speed; the fastest of them counts. */
const ways = ['plain', 'channels_last', 'compiled'];
const views = 4;
const rounds = 6;
/** Steps in a row, the first of which is not counted. */
const block = 4;

/** Print a table and, with `json`, a last line of JSON. */
export async function peerBench(json: boolean): Promise<void> {
	const python = await pythonWith('torch');
	const rows = [];
	console.log('| model | PyTorch | its ms a step, by way | ours, ms | times as fast | cosine of the gradients |');
	console.log('|---|---|---|---|---|---|');
	for (const name of models) {
		const row = await compare(python, name);
		rows.push(row);
		const times = Object.entries(row.peers).map(([way, ms]) => `${way} ${ms}`);
		console.log(
			`| ${name} | ${row.torch} | ${times.join(', ')} | ${row.ms} | ${row.times} | ${row.cosine.toFixed(6)} |`,
		);
	}
	if (json) console.log(JSON.stringify(rows));
}

/** A step that can be timed: seconds of the steps of a block but the first. */
type Timing = () => Promise<number>;

async function compare(python: string, name: string) {
	const known = architectures[name]!;
	const folder = mkdtempSync(join(tmpdir(), 'bench-peer-'));
	const peers: Peer[] = [];
	try {
		writeRandomModel(folder, known);
		const engine = await engineByName('onnxruntime', { threads: 2 });
		const encoder = await openEncoder(folder, engine, { threads: 2 });
		const size = encoder.imageSize;
		const images = input('images', [views, size, size, 3]);
		const score = sum(slice(encoder.imageGraph(images), 1, 0, 1));
		const program = await engine.compile({ score, gradient: gradients(score, [images])[0]! }, { threads: 2 });
		// The same as in step.py.
		const pixels = Float32Array.from({ length: images.size }, (_, i) => (i % 97) / 97);
		const ours: Timing = async () => {
			await program.run({ images: pixels });
			const start = performance.now();
			for (let i = 1; i < block; i++) await program.run({ images: pixels });
			return (performance.now() - start) / 1000 / (block - 1);
		};
		for (const way of ways) {
			const peer = await Peer.start(python, [
				join(folder, 'model.safetensors'),
				String(known.clip!.vision.heads),
				String(views),
				String(size),
				way,
			]);
			if (peer) peers.push(peer);
		}
		if (peers.length === 0)
			throw new AtelierError('E_ARGUMENT', `expected PyTorch to run ${name}, got no way that does`);
		const checked = (await peers[0]!.ask('check')) as { gradient: number[] };
		const gradient = (await program.run({ images: pixels })).gradient!;
		const stride = Math.max(1, Math.floor(gradient.length / 4096));
		const mine = gradient.filter((_, i) => i % stride === 0);
		const best = [
			ours,
			...peers.map(
				(peer): Timing =>
					() =>
						peer.time(),
			),
		].map((time) => ({
			time,
			seconds: Number.POSITIVE_INFINITY,
		}));
		for (let round = 0; round < rounds; round++)
			for (const one of best) {
				// The threads of the one before go on looking for work for a while.
				await sleep(200);
				one.seconds = Math.min(one.seconds, await one.time());
			}
		const [own, ...others] = best.map(({ seconds }) => seconds) as [number, ...number[]];
		await program.dispose();
		return {
			name,
			torch: peers[0]!.torch,
			peers: Object.fromEntries(peers.map(({ way }, i) => [way, brief(others[i]! * 1000)])),
			ms: brief(own * 1000),
			times: brief(Math.min(...others) / own),
			cosine: cosine(mine, checked.gradient),
		};
	} finally {
		for (const peer of peers) peer.close();
		rmSync(folder, { recursive: true });
	}
}

/** A step.py that is running. */
class Peer {
	private constructor(
		private readonly child: ChildProcess,
		private readonly lines: AsyncIterator<string>,
		readonly torch: string,
		readonly way: string,
	) {}

	/** Undefined where PyTorch cannot run this way here: compiling needs a C++ compiler. */
	static async start(python: string, options: readonly string[]): Promise<Peer | undefined> {
		const child = spawn(python, [peerScript('step.py'), ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
		const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
		const first = await lines.next();
		if (first.done) return undefined;
		const { torch, way } = JSON.parse(first.value) as { torch: string; way: string };
		return new Peer(child, lines, torch, way);
	}

	async ask(request: string): Promise<unknown> {
		this.child.stdin!.write(`${request}\n`);
		const line = await this.lines.next();
		if (line.done) throw new Error(`expected an answer of PyTorch to '${request}', got its end`);
		return JSON.parse(line.value);
	}

	async time(): Promise<number> {
		await this.ask('run 1');
		return ((await this.ask(`run ${block - 1}`)) as number) / (block - 1);
	}

	close(): void {
		this.child.kill();
	}
}
