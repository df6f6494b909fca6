/** @file Pictures of the studio for its documentation: `npm run bench -- screenshots`. Needs Chromium ($CHROMIUM, or on the PATH). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { packageRoot } from '../src/package-root.js';
import type { RunInfo } from '../studio/protocol.js';
import { startStudio } from '../studio/server/start.js';
import { chromiumPath } from './chromium.js';
import { studioClient } from './studio-client.js';

/** What hangs in the gallery, and what is drawn meanwhile. */
const drawings = [
	'a red heart',
	'a yellow smiling face',
	'a green tree',
	'the sun',
	'a house',
	'a fish',
	'a blue star',
];
const steps = 150;
const drawnMeanwhile = { words: 'a butterfly', preset: 'emblem', seed: 2, from: 60 };

const views = ['studio', 'explore', 'gallery', 'presets'] as const;
const sizes = { desktop: [1280, 800], phone: [390, 844] } as const;
const themes = ['light', 'dark'] as const;

export async function screenshotsBench(json: boolean): Promise<void> {
	const root = mkdtempSync(join(tmpdir(), 'atelier-screenshots-'));
	// Not with presets of whoever takes the pictures.
	process.env.ATELIER_CONFIG = join(root, 'config');
	const outputs = join(root, 'outputs');
	const studio = await startStudio({ outputs, port: 0, welcome: false });
	let browser: Browser | undefined;
	let bytes = 0;
	try {
		const executablePath = chromiumPath();
		if (!executablePath) throw new Error('expected Chromium on the PATH, or its place in $CHROMIUM');
		browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
		const ask = studioClient(studio.url);
		const until = async (id: string, wanted: (run: RunInfo) => boolean) => {
			for (;;) {
				const run = await ask<RunInfo>(`/runs/${id}`);
				if (wanted(run)) return;
				if (run.problem) throw new Error(run.problem.detail);
				await new Promise((resolve) => setTimeout(resolve, 200));
			}
		};
		for (const prompts of drawings) {
			const { runs } = await ask<{ runs: [RunInfo] }>('/runs', { recipe: { prompts, steps, seed: 1 } });
			await until(runs[0].id, ({ state }) => state === 'done');
			console.log(prompts);
		}
		const { words, seed, from, preset } = drawnMeanwhile;
		const presets = await ask<{ presets: { name: string; recipe: object }[] }>('/presets');
		const look = { ...presets.presets.find(({ name }) => name === preset)?.recipe, preset };
		const recipe = { ...look, prompts: words, seed, candidates: 4, steps: 300 };
		const { runs } = await ask<{ runs: [RunInfo] }>('/runs', { recipe, explore: true });
		await until(runs[0].id, ({ step }) => step >= from);
		await ask(`/runs/${runs[0].id}/commands`, { command: 'pause' });
		await until(runs[0].id, ({ state }) => state === 'paused');

		const draft = { prompts: [{ text: words, weight: 1 }], settings: look, seed, seedLocked: true };
		for (const [size, [width, height]] of Object.entries(sizes))
			for (const theme of themes) {
				const context = await browser.newContext({
					viewport: { width, height },
					colorScheme: theme,
					isMobile: size === 'phone',
					hasTouch: size === 'phone',
					reducedMotion: 'reduce',
					storageState: {
						cookies: [],
						origins: [
							{ origin: new URL(studio.url).origin, localStorage: [{ name: 'draft', value: JSON.stringify(draft) }] },
						],
					},
				});
				const page = await context.newPage();
				for (const view of views) {
					await show(page, studio.url, view);
					const picture = await sharp(await page.screenshot())
						.png({ palette: true, colours: 128, effort: 10 })
						.toFile(join(packageRoot(), 'docs', `studio-${view}-${size}-${theme}.png`));
					bytes += picture.size;
				}
				await context.close();
			}
		await ask(`/runs/${runs[0].id}/commands`, { command: 'skip' });
	} finally {
		await browser?.close();
		await studio.close();
		rmSync(root, { recursive: true, force: true });
	}
	console.log(json ? JSON.stringify({ bytes }) : `docs/studio-*.png: ${(bytes / 1e6).toFixed(2)} MB`);
}

/** A view with all that belongs into it. */
async function show(page: Page, base: string, view: (typeof views)[number]): Promise<void> {
	await page.goto(`${base}#/${view === 'studio' ? '' : view}`);
	const landmark = {
		studio: 'step',
		explore: 'More of what you drew',
		gallery: drawings.at(-1)!,
		presets: 'From the house',
	};
	await page.getByText(landmark[view]).first().waitFor();
	await page.waitForLoadState('networkidle');
	// Pictures load lazily: those in view must have come.
	const inView = page.viewportSize()!.height;
	const loaded = () =>
		page
			.locator('img')
			.evaluateAll(
				(images: PageImage[], below: number) =>
					images.every((i) => (i.complete && i.naturalWidth > 0) || i.getBoundingClientRect().top >= below),
				inView,
			);
	while (!(await loaded())) await page.waitForTimeout(50);
}

/** What is asked of an image on the page. */
interface PageImage {
	readonly complete: boolean;
	readonly naturalWidth: number;
	getBoundingClientRect(): { readonly top: number };
}
