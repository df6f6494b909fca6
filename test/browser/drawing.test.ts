/** @file In the browser: from an open page to a drawing, steered, held, left and come back to, also when the studio was gone. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/package-root.js';
import {
	browserTests,
	draw,
	easel,
	endless,
	isBlank,
	prompt,
	shown,
	shownStep,
	smallDraft,
	until,
	untilState,
	untilStep,
} from './studio.js';

const test = browserTests({ welcome: true });

test('whoever comes in first sees something being drawn', async (visitor) => {
	const page = await visitor.open();
	await untilState(page, 'draws');
	const canvas = easel(page).getByRole('img');
	await until(() => isBlank(canvas)).toBe(false);
	const before = await shown(canvas);
	await until(() => shown(canvas)).not.toBe(before);
	expect(await page.evaluate(async () => (await (await fetch('/api/v1/studio')).json()).welcome.state)).toBe('running');
});

test('words become a drawing, to the end', async (visitor) => {
	const page = await visitor.open({ draft: smallDraft(12) });
	await draw(page, 'a red heart | a fish:0.5');
	await page.getByRole('heading', { level: 1, name: 'a red heart' }).waitFor();
	await untilState(page, 'done');
	expect(await shownStep(page)).toBe(12);
	expect(await isBlank(easel(page).getByRole('img', { name: 'Drawing of a red heart' }))).toBe(false);
	const scores = page.getByRole('region', { name: 'Scores' });
	for (const words of ['a red heart', 'a fish'])
		expect(await scores.getByRole('listitem').filter({ hasText: words }).getByRole('status').textContent()).toMatch(
			/^-?\d\.\d{3}$/,
		);
	// It moved nothing on the page to get there, and is in the gallery by itself.
	await page.getByRole('link', { name: 'Gallery' }).click();
	await page.getByRole('button', { name: 'Open a red heart' }).waitFor();
});

test('nothing on the page jumps when a run starts', async (visitor) => {
	const page = await visitor.open({ draft: { ...smallDraft(endless), prompts: [{ text: 'a red heart', weight: 1 }] } });
	await page
		.getByText(/^about |Enter draws/)
		.first()
		.waitFor();
	await page.getByRole('group', { name: 'Look' }).waitFor();
	await page.evaluate(() => {
		const shifts: { value: number; what: string }[] = [];
		Object.assign(globalThis, { shifts });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries() as (PerformanceEntry & {
				value: number;
				sources: { node: HTMLElement | null }[];
			})[])
				shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => node?.className).join(', ') });
		}).observe({ type: 'layout-shift' });
	});
	await page.getByRole('button', { name: 'Draw', exact: true }).click();
	await untilStep(page, 5);
	const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: { value: number }[] }).shifts);
	const sum = shifts.reduce((all, { value }) => all + value, 0);
	expect(sum, JSON.stringify(shifts)).toBeLessThan(0.02);
});

test('a drawing is steered while it is drawn: other words, a stroke more, a stroke less', async (visitor) => {
	const page = await visitor.open({ draft: smallDraft(endless) });
	await draw(page, 'a red heart');
	await untilStep(page, 2);
	const edits = async () => (await visitor.drawn()).recipe.edits.map((edit) => edit.do);

	const steer = page.getByRole('region', { name: 'Steer' });
	await steer.getByRole('textbox', { name: 'Draw from now on' }).fill('a blue star');
	// While the field has the focus: the first click counts.
	await steer.getByRole('button', { name: 'Change course' }).click();
	await page.getByRole('region', { name: 'Scores' }).getByText('a blue star').waitFor();
	await until(edits).toEqual(['words']);

	const tools = page.getByRole('toolbar', { name: 'Strokes' });
	await tools.getByRole('button', { name: 'Draw a stroke' }).click();
	const box = (await page.getByRole('application').boundingBox())!;
	await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6, { steps: 4 });
	await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.2, { steps: 4 });
	await page.mouse.up();
	await until(edits).toEqual(['words', 'add']);

	await tools.getByRole('button', { name: 'Choose strokes' }).click();
	await page.getByRole('application').press(']');
	await tools.getByRole('button', { name: 'Erase strokes' }).click();
	await until(edits).toEqual(['words', 'add', 'erase']);
	// It goes on with all that.
	await untilStep(page, (await shownStep(page)) + 2);
	await page.getByRole('button', { name: 'Stop and keep' }).click();
	await untilState(page, 'stopped, kept');
});

test('words that are being written are those that are drawn; under a dialog the keys are not for the page', async (visitor) => {
	const prompts = [
		{ text: 'a red heart', weight: 0.7 },
		{ text: 'a fish', weight: 1 },
	];
	const page = await visitor.open({ draft: { ...smallDraft(endless), prompts } });
	const chip = page.getByRole('textbox', { name: 'Words, weight 0.7' });
	await chip.fill('a green tree');
	await chip.press('Control+Enter');
	await page.getByRole('heading', { level: 1, name: 'a green tree' }).waitFor();
	await untilStep(page, 1);
	const { recipe } = await visitor.drawn();
	expect(recipe.prompts.map(({ text }) => text)).toEqual(['a green tree', 'a fish']);

	await page.getByRole('button', { name: 'Save as preset' }).click();
	await page.keyboard.press('Space');
	await page.keyboard.type('Leaves');
	expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(' Leaves');
	expect((await visitor.drawn()).state).toBe('running');
});

test('a drawing is held and goes on; left meanwhile, it is there again with its whole curve', async (visitor) => {
	const page = await visitor.open({ draft: smallDraft(200) });
	await draw(page, 'a red heart');
	await untilStep(page, 60);
	await page.getByRole('button', { name: 'Pause' }).click();
	await untilState(page, 'paused');
	const { step } = await visitor.drawn();

	await page.reload();
	await untilState(page, 'paused');
	await until(() => shownStep(page)).toBe(step);
	await page.getByRole('heading', { level: 1, name: 'a red heart' }).waitFor();
	await until(() => isBlank(easel(page).getByRole('img'))).toBe(false);
	// Of the plot's columns between the axes those up to this step hold ink of the curve's colour, from the first on.
	const inked = () =>
		page.locator('.uplot canvas').evaluate((element) => {
			const { width, height } = element as HTMLCanvasElement;
			const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
			const columns: number[] = [];
			for (let x = 0; x < width; x++)
				for (let y = 0; y < height; y++) {
					const at = 4 * (y * width + x);
					if (data[at + 3]! > 150 && data[at]! - data[at + 2]! > 100) {
						columns.push(x);
						break;
					}
				}
			return { width, from: columns[0] ?? 0, to: columns.at(-1) ?? 0, count: columns.length };
		});
	await until(async () => (await inked()).count).toBeGreaterThan(20);
	const { width, from, to, count } = await inked();
	expect(from).toBeLessThan(0.2 * width);
	expect(count).toBeGreaterThan(0.97 * (to - from));
	expect(to - from).toBeGreaterThan(((step - 3) / 200) * 0.8 * width);

	await page.getByRole('button', { name: 'Resume' }).click();
	await untilStep(page, step + 2);
});

test('two pages watch one run, and both see its end', async (visitor) => {
	const page = await visitor.open({ draft: smallDraft(16) });
	const other = await visitor.open();
	await draw(page, 'a green tree');
	await other.getByRole('heading', { level: 1, name: 'a green tree' }).waitFor();
	for (const each of [page, other]) {
		await untilState(each, 'done');
		expect(await shownStep(each)).toBe(16);
	}
	await until(
		async () => (await shown(easel(page).getByRole('img'))) === (await shown(easel(other).getByRole('img'))),
	).toBe(true);
	expect(await isBlank(easel(page).getByRole('img'))).toBe(false);
});

/** A studio of its own process, as the command starts it; once it says where it is. */
async function startProcess(outputs: string, port: number): Promise<{ process: ChildProcess; base: string }> {
	const main = join(packageRoot(), 'dist/src/cli/main.js');
	const args = [main, 'studio', '--no-open', '--port', `${port}`, '--outputs', outputs];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
	const [line] = (await once(child.stdout!, 'data')) as [Buffer];
	return { process: child, base: new URL(line.toString().trim()).origin };
}

test('a studio that is killed: the page says so, joins again by itself, and the run ends', async (visitor) => {
	const outputs = join(visitor.studio.outputs, '..', 'killed');
	let { process: studio, base } = await startProcess(outputs, 0);
	try {
		const page = await visitor.open({ base, draft: smallDraft(80), allowed: /ERR_|WebSocket/ });
		await draw(page, 'a red heart');
		await untilStep(page, 3);
		studio.kill('SIGKILL');
		await once(studio, 'exit');
		const banner = page.getByRole('alert').filter({ hasText: 'The studio does not answer' });
		await banner.waitFor();
		await prompt(page).fill('a fish');

		({ process: studio } = await startProcess(outputs, Number(new URL(base).port)));
		await banner.waitFor({ state: 'hidden' });
		await page.getByRole('heading', { level: 1, name: 'a red heart' }).waitFor();
		await untilState(page, 'done');
		await until(() => shownStep(page)).toBe(80);
		// What was being written is there still.
		expect(await prompt(page).inputValue()).toBe('a fish');
	} finally {
		studio.kill('SIGKILL');
	}
});
