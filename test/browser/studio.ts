/** @file A real studio and a real Chromium for the tests of the page. A page that complains in its console fails its test. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath } from '../../bench/chromium.js';
import type { RunInfo } from '../../studio/protocol.js';
import type { StudioOptions } from '../../studio/server/start.js';
import { small, TestStudio } from '../studio/server/studio.js';

/** Milliseconds to wait for what should come; much, as other work may be going on on the machine. */
const patience = 60_000;

const executablePath = chromiumPath();

/** Longer than any run that a test looks at: it is to be ended. */
export const endless = 20_000;

/** What stands in the form of a page: a small drawing. */
export const smallDraft = (steps: number): Record<string, unknown> => {
	const { prompts: _, ...settings } = small(steps);
	return { settings };
};

export interface Visit extends BrowserContextOptions {
	/** Of the form; see `smallDraft`. */
	readonly draft?: Record<string, unknown>;
	/** After the address of the studio. */
	readonly at?: string;
	/** Messages of the console that belong to the test. */
	readonly allowed?: RegExp;
	/** Another studio than the file's. */
	readonly base?: string;
}

/** What a test has in hand. */
export class Visitor {
	readonly complaints: string[] = [];
	private readonly ends: (() => Promise<void>)[] = [];

	constructor(
		readonly browser: Browser,
		readonly studio: TestStudio,
	) {}

	/** A page of somebody who was never here. */
	async open({ draft, at = '', allowed, base = this.studio.base, ...options }: Visit = {}): Promise<Page> {
		const localStorage = draft ? [{ name: 'draft', value: JSON.stringify(draft) }] : [];
		const context = await this.browser.newContext({
			viewport: { width: 1280, height: 800 },
			storageState: { cookies: [], origins: [{ origin: base, localStorage }] },
			...options,
		});
		context.setDefaultTimeout(patience);
		this.ends.push(() => context.close());
		context.on('console', (message) => {
			if (message.type() === 'error' && !allowed?.test(message.text())) this.complaints.push(message.text());
		});
		context.on('weberror', (error) => this.complaints.push(String(error.error())));
		const page = await context.newPage();
		await page.goto(`${base}/${at}`);
		await page.getByRole('main').waitFor();
		return page;
	}

	/** What the server knows of the run that is drawn. */
	async drawn(): Promise<RunInfo> {
		const { body } = await this.studio.get('/queue');
		return body.runs[0] as RunInfo;
	}

	async close(): Promise<void> {
		for (const end of this.ends) await end();
		await this.studio.post('/queue', { command: 'clear' });
		const run = await this.drawn();
		if (run) await this.studio.post(`/runs/${run.id}/commands`, { command: 'skip' });
		await until(() => this.drawn()).toBeUndefined();
	}
}

/** Begins a studio and a browser for the tests of a file; returns how to write such a test. */
export function browserTests(options: Partial<StudioOptions> = {}) {
	const root = mkdtempSync(join(tmpdir(), 'atelier-browser-'));
	let browser: Browser;
	let studio: TestStudio;
	beforeAll(async () => {
		process.env.ATELIER_CONFIG = join(root, 'config');
		browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
		studio = await TestStudio.open({ ...options, outputs: join(root, 'outputs') });
	});
	afterAll(async () => {
		await browser?.close();
		await studio?.close();
		delete process.env.ATELIER_CONFIG;
		rmSync(root, { recursive: true, force: true });
	});
	return (name: string, work: (visitor: Visitor) => Promise<void>): void => {
		const says = executablePath ? name : `${name} (needs Chromium)`;
		// A browser on a busy machine may miss its moment once.
		test.skipIf(!executablePath)(says, { retry: 1 }, async () => {
			const visitor = new Visitor(browser, studio);
			try {
				await work(visitor);
				expect(visitor.complaints).toEqual([]);
			} finally {
				await visitor.close();
			}
		});
	};
}

/** Wait until a look at the page satisfies. */
export const until = (look: () => unknown): ReturnType<typeof expect.poll> =>
	expect.poll(look, { timeout: patience, interval: 60 });

export const easel = (page: Page): Locator => page.getByRole('region', { name: 'Easel' });
export const prompt = (page: Page): Locator => page.getByRole('textbox', { name: 'Draw', exact: true });

/** Say what to draw, and begin. */
export async function draw(page: Page, words: string): Promise<void> {
	await prompt(page).fill(words);
	await page.getByRole('button', { name: 'Draw', exact: true }).click();
}

/** The step that the caption shows. */
export async function shownStep(page: Page): Promise<number> {
	const line = await easel(page)
		.getByText(/^step \d+ of/)
		.textContent();
	return Number(/\d+/.exec(line ?? '')?.[0] ?? Number.NaN);
}

export const untilStep = (page: Page, least: number) => until(() => shownStep(page)).toBeGreaterThanOrEqual(least);
export const untilState = (page: Page, state: string) => easel(page).getByText(state, { exact: true }).waitFor();

/** What a canvas shows, as a PNG in a data URL. */
export const shown = (canvas: Locator): Promise<string> =>
	canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());

/** A data URL of a canvas on which nothing was drawn has no second colour. */
export const isBlank = (canvas: Locator): Promise<boolean> =>
	canvas.evaluate((element) => {
		const { width, height } = element as HTMLCanvasElement;
		const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
		const pixels = new Uint32Array(data.buffer);
		return pixels.every((pixel) => pixel === pixels[0]);
	});
