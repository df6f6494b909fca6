/** @file The record of a training run: metrics.jsonl, and a page that holds everything that it shows. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chart } from '../../../src/training/report/curves.js';
import { RunLog } from '../../../src/training/report/run-log.js';

const folders: string[] = [];
const fresh = () => {
	const folder = mkdtempSync(join(tmpdir(), 'run-log-'));
	folders.push(folder);
	return folder;
};
afterAll(async () => {
	for (const folder of folders) await rm(folder, { recursive: true });
});

const step = (n: number, loss: number) => ({ kind: 'step', step: n, steps: 10, loss, correct: n / 10, etaSeconds: 90 });
const open = (folder: string) => new RunLog(folder, { title: 'first <run>', facts: { corpus: 'icons & emoji' } });
const metrics = (folder: string) =>
	readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
const page = (folder: string) => readFileSync(join(folder, 'report.html'), 'utf8');
const png = Buffer.from('89504e470d0a1a0a', 'hex');

describe('RunLog', () => {
	it('writes a line an event, and a page with curves, facts, examples, drawings and warnings', () => {
		const folder = fresh();
		const log = open(folder);
		for (let n = 1; n <= 4; n++) log.record(step(n, 5 - n));
		log.record({ kind: 'warning', message: 'left out 000012' });
		log.record({ kind: 'evaluation', step: 4, top1: 0.25, pictures: 9 } as never);
		log.examples(4, [{ text: 'a "red" disc', pictures: [{ png, caption: '', right: true }] }]);
		log.drawing(4, 'a fish', png);
		expect(metrics(folder).map((line) => line.event)).toEqual([
			...new Array(4).fill('step'),
			'warning',
			'evaluation',
			'drawing',
		]);
		expect(metrics(folder)[1]).toEqual({ event: 'step', step: 2, steps: 10, loss: 3, correct: 0.2, etaSeconds: 90 });
		expect(readdirSync(join(folder, 'drawings'))).toEqual(['000004-0.png']);

		const html = page(folder);
		expect(html).toContain('first &lt;run&gt;');
		expect(html).toContain('icons &amp; emoji');
		expect(html).toContain('4 of 10');
		expect(html).toContain('2 min');
		for (const title of ['Loss', 'Right in the batch', 'Held-out pictures'])
			expect(html).toContain(`<figcaption>${title}<`);
		expect(html).not.toContain('<figcaption>Pictures');
		expect(html).toContain('a &quot;red&quot; disc');
		expect(html).toContain('class="right"');
		expect(html).toContain('left out 000012');
		expect(html.split(`data:image/png;base64,${png.toString('base64')}`)).toHaveLength(3);
		expect(html).toContain('http-equiv="refresh"');
		// Nothing is fetched from anywhere.
		expect(html).not.toMatch(/(src|href)="(?!data:)|https?:\/\/|url\(|@import/);

		log.end('done');
		expect(page(folder)).toContain('class="done"');
		expect(page(folder)).not.toContain('http-equiv="refresh"');
		expect(existsSync(join(folder, 'report.html.tmp'))).toBe(false);
	});

	it('goes on with the record of a run that is resumed, from the step before', () => {
		const folder = fresh();
		const first = open(folder);
		for (let n = 1; n <= 6; n++) first.record(step(n, 5 - n));
		first.drawing(3, 'a fish', png);
		first.drawing(6, 'a fish', png);
		writeFileSync(join(folder, 'metrics.jsonl'), `${readFileSync(join(folder, 'metrics.jsonl'), 'utf8')}{"event":"st`);
		const second = open(folder);
		second.record({ kind: 'warning', message: 'before the first step' });
		for (let n = 5; n <= 7; n++) second.record(step(n, -n));
		second.end('stopped');
		const lines = metrics(folder);
		expect(lines.filter((l) => l.event === 'step').map((l) => [l.step, l.loss])).toEqual([
			[1, 4],
			[2, 3],
			[3, 2],
			[4, 1],
			[5, -5],
			[6, -6],
			[7, -7],
		]);
		expect(lines.filter((l) => l.event === 'drawing').map((l) => l.step)).toEqual([3]);
		expect(page(folder)).toContain('step 3<');
		expect(page(folder)).not.toContain('step 6<');
		expect(page(folder)).toContain('class="stopped"');
	});

	it('begins anew where a run does', () => {
		const folder = fresh();
		open(folder).record(step(1, 9));
		open(folder).record(step(1, 8));
		expect(metrics(folder).map((l) => l.loss)).toEqual([8]);
	});

	it('keeps the page small, however long the run and however many its drawings', () => {
		const folder = fresh();
		const log = new RunLog(folder, { title: 'long', facts: {}, interval: Number.POSITIVE_INFINITY });
		for (let n = 1; n <= 3000; n++) log.record(step(n, Math.sin(n)));
		for (let n = 1; n <= 40; n++) log.drawing(n, 'a fish', png);
		log.end('done');
		expect(page(folder).length).toBeLessThan(60_000);
		expect(page(folder).match(/<td>/g)).toHaveLength(8);
	});

	it('writes no page for a run that never took a step', () => {
		const folder = fresh();
		const log = open(folder);
		log.record({ kind: 'warning', message: 'early' });
		log.end('stopped');
		expect(existsSync(join(folder, 'report.html'))).toBe(false);
	});
});

describe('chart', () => {
	it('draws nothing of nothing, and a dot of one point', () => {
		expect(chart('x', [])).toBe('');
		expect(chart('x', [{ name: 'a', points: [[1, Number.NaN]] }])).toBe('');
		expect(chart('x', [{ name: 'a', points: [[5, 0.5]] }], true)).toContain('<circle');
	});

	it('stays inside its frame, with round numbers at its side', () => {
		const svg = chart('x', [
			{
				name: 'a',
				points: [
					[0, -3],
					[50, 1e3],
					[100, 17],
				],
			},
		]);
		const coordinates = [...svg.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map((m) => [Number(m[1]), Number(m[2])]);
		expect(coordinates.length).toBeGreaterThan(2);
		for (const [x, y] of coordinates) {
			expect(x).toBeGreaterThanOrEqual(0);
			expect(x).toBeLessThanOrEqual(460);
			expect(y).toBeGreaterThanOrEqual(0);
			expect(y).toBeLessThanOrEqual(200);
		}
		expect(svg).toContain('>500<');
	});

	it('draws a constant as a line', () => {
		expect(
			chart('x', [
				{
					name: 'a',
					points: [
						[1, 0],
						[2, 0],
					],
				},
			]),
		).toMatch(/d="M[\d.]+ [\d.]+L/);
	});
});
