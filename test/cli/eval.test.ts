/** @file `atelier train --stage judge` and `atelier eval` as a user runs them, on a toy. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/dispatch.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import type { EvaluationReport } from '../../src/training/evaluation/report.js';
import { finishEncoder } from '../../src/training/finish.js';
import { toyTraining, writeToyCorpus } from '../training/toy-corpus.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-eval-'));
const [checkpoint, encoder, judge, out] = ['checkpoint', 'encoder', 'judge', 'out'].map((name) => join(root, name)) as [
	string,
	string,
	string,
	string,
];
let corpus: string;
beforeAll(async () => {
	corpus = writeToyCorpus();
	await trainConcepts(toyTraining({ steps: 1, shares: 1 }), { corpus, out: checkpoint, threads: false });
	const text = { steps: 2, batch: 8, learningRate: 1e-3, seed: 1, threads: 1, engine: 'onnxruntime' };
	await finishEncoder({ ...text, checkpoint, corpus, out: encoder, name: 'toy' });
});
afterAll(() => {
	rmSync(root, { recursive: true });
	rmSync(corpus, { recursive: true });
});

/** In this process: what it writes to stdout and stderr, and its exit code. */
async function run(...args: string[]) {
	const listen = (stream: NodeJS.WriteStream) => vi.spyOn(stream, 'write').mockReturnValue(true);
	const [stdout, stderr] = [listen(process.stdout), listen(process.stderr)];
	try {
		const code = await runCommandLine(args);
		const text = (spy: typeof stdout) => spy.mock.calls.map(([written]) => String(written)).join('');
		return { code, stdout: text(stdout), stderr: text(stderr) };
	} finally {
		stdout.mockRestore();
		stderr.mockRestore();
	}
}

describe('atelier eval', () => {
	it('writes a judge of a checkpoint, and says how much it knows', async () => {
		const ended = await run(
			'train',
			'--stage',
			'judge',
			'--checkpoint',
			checkpoint,
			'--corpus',
			corpus,
			'--out',
			judge,
		);
		expect(ended).toMatchObject({
			code: 0,
			stdout: `${judge}\n`,
			stderr: expect.stringMatching(/^held out \d+\.\d %/),
		});
	});

	it('says figures for people, and the page that has them all', async () => {
		const base = ['eval', '--encoder', encoder, '--corpus', corpus, '--out', out, '--threads', '1'];
		const ended = await run(...base, '--only', 'retrieval,zeroshot', '--pairs', '2', '--judge', judge, '--names', '3');
		expect(ended.code).toBe(0);
		expect(ended.stdout).toMatch(/^zero-shot +top-1 .*\n(.*\n)*retrieval +picture to words: R@1 .*\n/);
		expect(ended.stdout).toMatch(/judge +'judge' is not accepted: no picture of a vendor/);
		expect(ended.stdout.endsWith(`${out}/eval.html\n`)).toBe(true);
		expect(existsSync(join(out, 'eval.html'))).toBe(true);

		const json = await run(...base, '--only', 'colours', '--json', '--quiet');
		expect(json.stderr).toBe('');
		const report = JSON.parse(json.stdout) as EvaluationReport;
		expect(report.colours!.colors.length).toBeGreaterThan(10);
		expect(report.retrieval!.pairs).toBe(2);
	});
});
