/** @file `atelier train` from the outside: a configuration in, an encoder that draws out; its report, and resuming. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { reportPrompts } from '../../src/cli/train-report.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { finishEncoder } from '../../src/training/finish.js';
import { shapeShards, tinyRun } from '../training/contrastive/shapes.js';
import { toyTraining, writeToyCorpus } from '../training/toy-corpus.js';
import { atelier } from './run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-train-'));
const folders = [root];
beforeAll(async () => {
	const shards = await shapeShards(48);
	const corpus = writeToyCorpus();
	folders.push(shards, corpus);
	const report = { prompts: ['a red disc'], drawSteps: 3 };
	writeFileSync(join(root, 'tiny.yaml'), stringify({ ...tinyRun(shards, { steps: 3 }), report }));
	writeFileSync(join(root, 'bad.yaml'), stringify({ ...tinyRun(shards), batch: 'many' }));
	writeFileSync(join(root, 'broken.yaml'), 'steps: [1,');
	const { objective, ...rest } = toyTraining({ steps: 2 });
	const { concepts: _, colors: __, ...own } = objective;
	writeFileSync(join(root, 'concepts.yaml'), stringify({ ...rest, objective: own }));
	writeFileSync(join(root, 'corpus.txt'), corpus);
});
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const events = (path: string) =>
	readFileSync(path, 'utf8')
		.trim()
		.split('\n')
		.map((line) => (JSON.parse(line) as { event: string }).event);

describe('atelier train with a configuration of contrastive training', () => {
	it('trains, reports, and leaves an encoder that draws', async () => {
		const { code, stdout, stderr } = await atelier(['train', '--config', 'tiny.yaml'], root);
		expect(code, stderr).toBe(0);
		const run = join(root, 'runs/tiny');
		expect(stdout).toBe('runs/tiny/encoder\n');
		expect(stderr).toMatch(/3\/3 {2}loss \d.*R@1 .* %.*images\/s/);
		expect(stderr).toMatch(/held-out pairs, image to text/);
		expect(readdirSync(run).sort()).toEqual([
			'checkpoint.safetensors',
			'config.json',
			'drawings',
			'encoder',
			'metrics.jsonl',
			'report.html',
			'tokenizer.json',
		]);
		expect(events(join(run, 'metrics.jsonl'))).toEqual([
			'step',
			'step',
			'step',
			'evaluation',
			'encoder',
			'drawing',
			'checkpoint',
		]);
		const page = readFileSync(join(run, 'report.html'), 'utf8');
		expect(page).toContain('class="done"');
		expect(page).toContain('a red disc');

		const drawn = await atelier(
			['draw', 'a red disc', '--encoder', 'runs/tiny/encoder', '--steps', '2', '--size', '32', '--set', 'candidates=1'],
			root,
		);
		expect(drawn.code, drawn.stderr).toBe(0);
		expect(existsSync(join(drawn.stdout.trim(), 'image.svg'))).toBe(true);

		const more = await atelier(
			['train', '--config', 'tiny.yaml', '--steps', '5', '--resume', '--json', '--quiet'],
			root,
		);
		expect(more.code, more.stderr).toBe(0);
		const lines = more.stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as { event: string; step?: number });
		expect(lines[0]).toMatchObject({ event: 'start', config: { steps: 5 } });
		expect(lines.filter((l) => l.event === 'step').map((l) => l.step)).toEqual([4, 5]);
		expect(lines.some((l) => 'pictures' in l)).toBe(false);
		expect(events(join(run, 'metrics.jsonl')).filter((e) => e === 'step')).toHaveLength(5);
	});

	it('says in one line what is wrong with it', async () => {
		const error = async (...args: string[]) => {
			const { code, stdout, stderr } = await atelier(['train', ...args], root);
			expect(code).toBe(2);
			expect(stdout).toBe('');
			return stderr;
		};
		expect(await error('--config', 'bad.yaml')).toMatch(/^error: training configuration: 'batch': .*\(E_ARGUMENT\)\n$/);
		expect(await error('--config', 'broken.yaml')).toMatch(/^error: expected YAML or JSON in 'broken.yaml'.*\n$/);
		expect(await error('--config', 'tiny.yaml', '--corpus', 'x')).toMatch(
			/no --corpus .* 'sources', 'from' and 'seed'/,
		);
		expect(await error('--config', 'tiny.yaml', '--seed', '2')).toMatch(/no --seed/);
		expect(await error('--stage', 'contrastive')).toMatch(/expected --config/);
		expect(existsSync(join(root, 'runs/bad'))).toBe(false);
	});
});

describe('atelier train of stage 1', () => {
	it('takes a configuration in YAML, and reports with drawings by prototypes', async () => {
		const corpus = readFileSync(join(root, 'corpus.txt'), 'utf8');
		const args = ['train', '--config', 'concepts.yaml', '--corpus', corpus, '--out', 'concepts'];
		const { code, stderr } = await atelier(args, root);
		expect(code, stderr).toBe(0);
		const run = join(root, 'concepts');
		expect(readdirSync(run).sort()).toEqual(['checkpoint.safetensors', 'drawings', 'metrics.jsonl', 'report.html']);
		expect(events(join(run, 'metrics.jsonl')).filter((e) => e === 'drawing')).toHaveLength(3);
		const page = readFileSync(join(run, 'report.html'), 'utf8');
		for (const part of [
			'Right in the batch',
			'Held-out pictures',
			'Nearest held-out pictures at step 2',
			'frame',
			'class="done"',
		])
			expect(page).toContain(part);
		// Going on as it was is silent; with something else it is said.
		const on = [...args, '--resume', '--steps', '3', '--no-report'];
		expect((await atelier(on, root)).stderr).not.toContain('warning');
		const changed = { ...parse(readFileSync(join(root, 'concepts.yaml'), 'utf8')), seed: 5, eps: [0, 0] };
		writeFileSync(join(root, 'changed.yaml'), stringify(changed));
		const other = on.map((a) => (a === 'concepts.yaml' ? 'changed.yaml' : a === '3' ? '4' : a));
		expect((await atelier(other, root)).stderr).toContain('warning: goes on after 3 steps with another seed, eps,');
		// The flag goes before the file.
		const reseeded = [...other.map((a) => (a === '4' ? '5' : a)), '--seed', '6'];
		expect((await atelier(reseeded, root)).stderr).toContain('warning: goes on after 4 steps with another seed,');
		await atelier(
			[...args, '--no-report', '--quiet'].map((a) => (a === 'concepts' ? 'bare' : a)),
			root,
		);
		expect(readdirSync(join(root, 'bare'))).toEqual(['checkpoint.safetensors']);
	});
});

describe('atelier train --stage ensemble', () => {
	it('makes one encoder of several, which draws', async () => {
		const corpus = readFileSync(join(root, 'corpus.txt'), 'utf8');
		const text = { steps: 1, batch: 8, learningRate: 1e-3, seed: 1, threads: 1, engine: 'onnxruntime' };
		for (const seed of [1, 2]) {
			const checkpoint = join(root, `tower-${seed}`);
			const config = { ...toyTraining({ steps: 1, shares: 1 }), seed };
			await trainConcepts(config, { corpus, out: checkpoint, threads: false });
			await finishEncoder({ ...text, checkpoint, corpus, out: join(root, `toy-${seed}`), name: 'toy' });
		}
		const args = ['train', '--stage', 'ensemble', '--checkpoint', 'toy-1'];
		const both = await atelier([...args, '--checkpoint', 'toy-2', '--out', 'both'], root);
		expect([both.code, both.stdout], both.stderr).toEqual([0, 'both\n']);
		const draw = ['draw', 'a red ball', '--encoder', 'both', '--size', '32', '--steps', '3', '--set', 'candidates=2'];
		const drawn = await atelier(draw, root);
		expect(drawn.code, drawn.stderr).toBe(0);
		expect(existsSync(join(drawn.stdout.trim(), 'image.svg'))).toBe(true);
		for (const more of [[], ['--checkpoint', 'toy-2', '--steps', '3'], ['--checkpoint', 'toy-1']]) {
			const { code, stderr } = await atelier([...args, ...more, '--out', 'none'], root);
			expect(code).toBe(2);
			expect(stderr).toMatch(/^error: expected (the folders of 2 to 16|no --steps|unlike encoders).*\(E_ARGUMENT\)\n$/);
		}
		expect(existsSync(join(root, 'none'))).toBe(false);
	});
});

describe('what a report draws', () => {
	it('is what everybody draws, where there are names for it, else the first names', () => {
		expect(reportPrompts(['zebra', 'sun', 'cat', 'house', 'apple'])).toEqual(['sun', 'house', 'cat']);
		expect(reportPrompts(['a', 'b', 'a', 'c', 'd', 'sun', 'e'])).toEqual(['a', 'b', 'c', 'd']);
	});
});
