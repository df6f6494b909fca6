/** @file Size, seed, encoder and time: the settings that belong to every kind of drawing. */

import { largestSeed, newSeed, seedOfWord, seedWord } from '../../../src/recipe/seed.js';
import type { EncoderInfo } from '../../protocol.js';
import { seconds, seed, seedLocked, set, setting } from '../state/draft.js';
import { downloads, encoders, failedDownloads, startDownload, studio } from '../state/studio.js';
import { attempt } from '../state/ui.js';
import { bytes, duration } from '../words.js';
import { IconButton } from './icon.js';

const sizes: readonly (readonly [string, readonly [number, number]])[] = [
	['Square', [512, 512]],
	['Portrait', [384, 512]],
	['Landscape', [512, 384]],
];

export function SizeField() {
	const size = (setting(['size']) as [number, number] | undefined) ?? [224, 224];
	const side = (at: 0 | 1) => (
		<input
			type="number"
			aria-label={at === 0 ? 'Width in pixels' : 'Height in pixels'}
			min={16}
			max={4096}
			value={size[at]}
			onChange={(event) => {
				const v = event.currentTarget.valueAsNumber;
				if (Number.isFinite(v)) set(['size'], at === 0 ? [v, size[1]] : [size[0], v]);
			}}
		/>
	);
	return (
		<fieldset class="field size-field">
			<legend>Size</legend>
			<span class="segments">
				{sizes.map(([name, [w, h]]) => (
					<button
						key={name}
						type="button"
						aria-label={name}
						title={`${name}, ${w} × ${h}`}
						aria-pressed={Math.abs(size[0] / size[1] - w / h) < 0.01}
						onClick={() => set(['size'], [w, h])}
					>
						<span class={`shape shape-${name.toLowerCase()}`} />
					</button>
				))}
			</span>
			<span class="pair">
				{side(0)}
				<span aria-hidden="true">×</span>
				{side(1)}
			</span>
		</fieldset>
	);
}

/** A seed as a number, or as the word for it. */
function readSeed(written: string): number | undefined {
	const text = written.trim();
	if (/^\d+$/.test(text) && Number(text) <= largestSeed) return Number(text);
	return seedOfWord(text);
}

export function SeedField() {
	const locked = seedLocked.value;
	return (
		<div class="field seed-field">
			<label for="seed" title="The same recipe with the same seed draws the same picture.">
				Seed
			</label>
			<span class="row">
				<input
					id="seed"
					autocomplete="off"
					spellcheck={false}
					value={locked ? `${seed.value}` : ''}
					placeholder="new each time"
					aria-describedby="seed-word"
					onChange={(event) => {
						const given = readSeed(event.currentTarget.value);
						seedLocked.value = given !== undefined;
						if (given !== undefined) seed.value = given;
						event.currentTarget.value = given === undefined ? '' : `${given}`;
					}}
				/>
				<IconButton
					small
					name="dice"
					label="Roll a new seed"
					onClick={() => {
						seed.value = newSeed();
						seedLocked.value = true;
					}}
				/>
				<IconButton
					small
					name={locked ? 'lock' : 'unlock'}
					label="Keep the seed"
					pressed={locked}
					onClick={() => {
						seedLocked.value = !locked;
					}}
				/>
			</span>
			<output id="seed-word" class="seed-word" for="seed">
				{locked && seedWord(seed.value)}
			</output>
		</div>
	);
}

const budgets = [0, 5, 10, 20, 40, 60, 120, 300, 600];

export function TimeField() {
	return (
		<div class="field">
			<label for="seconds" title="Steps are fitted to the time and this machine.">
				Time
			</label>
			<select
				id="seconds"
				value={String(seconds.value ?? 0)}
				onChange={(event) => {
					seconds.value = Number(event.currentTarget.value) || undefined;
				}}
			>
				{budgets.map((s) => (
					<option key={s} value={String(s)}>
						{s === 0 ? 'As long as it takes' : `About ${duration(s)}`}
					</option>
				))}
			</select>
		</div>
	);
}

export function EncoderField() {
	const name = (setting(['encoder', 'name']) as string | undefined) ?? 'builtin';
	const chosen = encoders.value.find((encoder) => encoder.name === name);
	const progress = downloads.value[name];
	const failure = failedDownloads.value[name];
	return (
		<div class="field encoder-field">
			<label for="encoder" title="Who judges whether the drawing fits the words.">
				Judge
			</label>
			<select
				id="encoder"
				value={name}
				title={chosen && [chosen.description, chosen.speed, chosen.licence].filter(Boolean).join(' · ')}
				onChange={(event) => set(['encoder', 'name'], event.currentTarget.value)}
			>
				{!chosen && <option value={name}>{name}</option>}
				<EncoderOptions label="Here" of={encoders.value.filter((encoder) => encoder.present)} />
				<EncoderOptions label="To download" of={encoders.value.filter((encoder) => !encoder.present)} />
			</select>
			{chosen && !chosen.present && (
				<p class="hint">
					{chosen.licence && `Licence: ${chosen.licence} `}
					{chosen.downloadable && progress === undefined && (
						<button type="button" class="link" onClick={() => attempt(() => startDownload(name))}>
							{failure === undefined ? `Download ${bytes(chosen.bytes)}` : 'Try again'}
						</button>
					)}
				</p>
			)}
			{failure !== undefined && (
				<p class="hint failed" role="alert">
					{failure}
				</p>
			)}
			{progress !== undefined && (
				<div class="coming">
					<progress aria-label={`Download of ${name}`} max={1} {...(progress !== null && { value: progress })} />
					<span class="hint">{progress === null ? 'begins' : `${Math.floor(100 * progress)} %`}</span>
				</div>
			)}
			{!studio.value && <p class="hint">…</p>}
		</div>
	);
}

/** Encoders under a heading. */
function EncoderOptions({ label, of }: { label: string; of: readonly EncoderInfo[] }) {
	if (of.length === 0) return null;
	return (
		<optgroup label={label}>
			{of.map((encoder) => (
				<option key={encoder.name} value={encoder.name} disabled={!encoder.present && !encoder.downloadable}>
					{encoder.name} · {bytes(encoder.bytes)}
					{encoder.speed ? ` · ${encoder.speed}` : ''}
				</option>
			))}
		</optgroup>
	);
}
