/** @file The queue: order, cancelling, retrying, and that a start goes on where the last one ended, however that was. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueInfo, RunInfo } from '../../../studio/protocol.js';
import { small, TestStudio } from './studio.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-queue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ids = ({ runs }: QueueInfo) => runs.map(({ id }) => id);

describe('of a studio', () => {
	let studio: TestStudio;
	beforeAll(async () => {
		studio = await TestStudio.open({ welcome: true });
	});
	afterAll(() => studio.close());

	it('the first visitor is shown a drawing, which gives way and leaves nothing', async () => {
		expect((await studio.get('/studio')).body.welcome).toBeUndefined();
		const { body } = await studio.get('/studio', { 'sec-fetch-site': 'same-origin' });
		expect(body.welcome).toMatchObject({ welcome: true });
		expect((await studio.get('/queue')).body.runs).toEqual([]);
		const run = await studio.draw(small());
		await studio.until(run.id, 'done');
		expect((await studio.get(`/runs/${body.welcome.id}`)).status).toBe(404);
		expect((await studio.get('/outputs')).body.runs.map(({ id }: RunInfo) => id)).toEqual([run.id]);
	});

	it('what waits is moved, cancelled, retried and cleared; a pause begins nothing new', async () => {
		await studio.post('/queue', { command: 'pause' });
		const { body } = await studio.post('/runs', { recipe: small(), count: 3 });
		const [a, b, c] = body.runs.map(({ id }: RunInfo) => id) as [string, string, string];
		expect(body.runs.map(({ recipe }: RunInfo) => recipe.seed)).toEqual([0, 1, 2]);
		const front = await studio.draw(small(), { front: true });
		expect(ids((await studio.get('/queue')).body)).toEqual([front.id, a, b, c]);
		const moved = await studio.post('/queue', { command: 'move', id: c, position: 1 });
		expect(ids(moved.body)).toEqual([front.id, c, a, b]);
		expect(moved.body.runs[1].position).toBe(1);
		expect(ids((await studio.post('/queue', { command: 'cancel', ids: [a] })).body)).toEqual([front.id, c, b]);
		expect((await studio.get(`/runs/${a}`)).body.state).toBe('cancelled');
		expect((await studio.post(`/runs/${a}/retry`, {})).body).toMatchObject({ state: 'queued', position: 3 });
		expect((await studio.post('/queue', { command: 'clear' })).body.runs).toEqual([]);
		expect((await studio.ask('DELETE', `/runs/${b}`)).status).toBe(204);
		expect((await studio.get(`/runs/${b}`)).status).toBe(404);
		await studio.post(`/runs/${c}/retry`, {});
		await studio.post('/queue', { command: 'resume' });
		await studio.until(c, 'done');
		expect((await studio.post(`/runs/${c}/retry`, {})).body.code).toBe('E_STATE');
	});

	it('a run that fails says why, and the next is drawn', async () => {
		// Only found out when it is opened.
		const bad = await studio.draw(small(8, { prompts: [{ text: 'a fish', weight: 0 }] }));
		const good = await studio.draw(small());
		await studio.until(good.id, 'done');
		const { body } = await studio.get(`/runs/${bad.id}`);
		expect(body).toMatchObject({ state: 'failed', problem: { code: 'E_RECIPE', status: 400 } });
		const again = await studio.post(`/runs/${bad.id}/retry`, {});
		expect(again.body.state).toMatch(/queued|preparing/);
		expect(again.body.problem).toBeUndefined();
	});
});

it('a studio that ends goes on with its next start', async () => {
	const outputs = join(root, 'ended');
	const first = await TestStudio.open({ outputs });
	const run = await first.draw(small(3000));
	const next = await first.draw(small(8, { seed: 2 }));
	await first.until(run.id, 'running');
	await first.close();

	const second = await TestStudio.open({ outputs });
	const { body } = await second.get(`/runs/${run.id}`);
	expect(['interrupted', 'preparing', 'running']).toContain(body.state);
	const resumed = await second.until(run.id, 'running');
	expect(resumed.step).toBeGreaterThanOrEqual(body.step);
	expect((await second.get(`/runs/${run.id}/history`)).body.step[0]).toBe(1);
	await second.post(`/runs/${run.id}/commands`, { command: 'stop' });
	await second.until(next.id, 'done');
	await second.close();
});

it('nothing is lost when it is killed', async () => {
	const outputs = join(root, 'killed');
	const main = join(import.meta.dirname, '../../../dist/src/cli/main.js');
	const child = spawn(process.execPath, [main, 'studio', '--port', '0', '--no-open', '--outputs', outputs], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const url = await firstLine(child);
	const post = async (path: string, body: unknown) => {
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(`${url}api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
		return (await answer.json()) as { runs: [RunInfo] };
	};
	const get = async (path: string): Promise<unknown> => (await fetch(`${url}api/v1${path}`)).json();
	const done = (await post('/runs', { recipe: small() })).runs[0];
	const long = (await post('/runs', { recipe: small(3000) })).runs[0];
	const waiting = (await post('/runs', { recipe: small(8, { seed: 9 }) })).runs[0];
	let step = 0;
	while (step < 5) {
		const run = (await get(`/runs/${long.id}`)) as RunInfo;
		step = run.state === 'running' ? run.step : 0;
	}
	// A pause takes a snapshot; what comes after it may be lost, but no more.
	const paused = (await post(`/runs/${long.id}/commands`, { command: 'pause' })) as unknown as RunInfo;
	await post(`/runs/${long.id}/commands`, { command: 'resume' });
	child.kill('SIGKILL');
	await new Promise((resolve) => child.once('exit', resolve));

	const studio = await TestStudio.open({ outputs });
	expect((await studio.get(`/outputs/${done.id}`)).body.state).toBe('done');
	expect(ids((await studio.get('/queue')).body)).toEqual([long.id, waiting.id]);
	const resumed = await studio.until(long.id, 'running');
	expect(resumed.step).toBeGreaterThanOrEqual(paused.step);
	expect(resumed.warnings).toEqual([]);
	await studio.post(`/runs/${long.id}/commands`, { command: 'stop' });
	await studio.until(waiting.id, 'done');
	await studio.close();
});

function firstLine(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = '';
		child.stdout!.on('data', (data: Buffer) => {
			text += data.toString();
			if (text.includes('\n')) resolve(text.split('\n')[0]!);
		});
		child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
	});
}
