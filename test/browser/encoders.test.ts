/** @file In the browser: choosing who judges, and fetching one that is not here yet. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { FakeHub } from '../encoders/hub/fake-hub.js';
import { tinyModel } from '../encoders/hub/tiny-model.js';
import { browserTests, draw, smallDraft, until, untilState } from './studio.js';

const name = 'wkcn/TinyCLIP-ViT-8M-16-Text-3M-YFCC15M';
const cache = mkdtempSync(join(tmpdir(), 'atelier-browser-cache-'));
let hub: FakeHub;
beforeAll(async () => {
	hub = await FakeHub.open({ [name]: tinyModel });
	process.env.ATELIER_CACHE = cache;
	process.env.HF_ENDPOINT = hub.address;
});
afterAll(async () => {
	await hub.close();
	delete process.env.ATELIER_CACHE;
	delete process.env.HF_ENDPOINT;
	rmSync(cache, { recursive: true, force: true });
});

const test = browserTests({ welcome: false });

test('an encoder is chosen, fails to come, comes, and judges', async (visitor) => {
	rmSync(join(cache, 'models'), { recursive: true, force: true });
	const page = await visitor.open({ draft: smallDraft(3) });
	const judge = page.getByRole('combobox', { name: 'Judge' });
	await until(() => judge.locator('option').count()).toBeGreaterThan(20);
	expect(await judge.locator('optgroup[label="Here"] option').allTextContents()).toEqual([
		expect.stringMatching(/^builtin · /),
	]);
	await judge.selectOption(name);
	await page.getByRole('textbox', { name: 'Draw', exact: true }).fill('abc');
	const start = page.getByRole('button', { name: 'Draw', exact: true });
	await page.getByText('Download the judge first.').waitFor();
	expect(await start.isDisabled()).toBe(true);

	hub.faults.set('model.safetensors', [{ kind: 'corrupt' }, { kind: 'corrupt' }]);
	await page.getByRole('button', { name: /^Download 9\d(\.\d)? MB$/ }).click();
	const failure = page.locator('.encoder-field [role=alert]');
	await until(() => failure.textContent()).toMatch(/sha256/);

	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	hub.faults.set('model.safetensors', [
		{ kind: 'hold', after: Math.floor(tinyModel['model.safetensors']!.length / 2), until: held },
	]);
	await page.getByRole('button', { name: 'Try again' }).click();
	const bar = page.getByRole('progressbar', { name: `Download of ${name}` });
	await until(() => bar.getAttribute('value').then(Number)).toBeGreaterThan(0);
	expect(await failure.count()).toBe(0);
	// Another page sees it too.
	const beside = await visitor.open({ draft: { settings: { encoder: { name } } } });
	await beside.getByRole('progressbar', { name: `Download of ${name}` }).waitFor();
	release();
	await until(() => bar.count()).toBe(0);
	await until(() => judge.locator('optgroup[label="Here"] option').count()).toBe(2);
	await until(() => start.isDisabled()).toBe(false);

	await page.getByRole('button', { name: 'Another judge' }).click();
	const weight = page.getByRole('spinbutton', { name: 'Weight of judge 2' });
	await weight.fill('0.5');
	await weight.press('Tab');
	await page.getByRole('combobox', { name: 'Together' }).selectOption('alternating');
	await draw(page, 'abc');
	await untilState(page, 'done');
	const drawn = async () => (await visitor.studio.get('/outputs')).body.runs[0]?.recipe?.encoder;
	await until(drawn).toMatchObject({ name, others: [{ name: 'builtin', weight: 0.5 }], together: 'alternating' });
});
