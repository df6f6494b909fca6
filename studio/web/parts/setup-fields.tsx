/** @file Size, seed and time: the settings that belong to every kind of drawing. */

import { largestSeed, newSeed, seedOfWord, seedWord } from '../../../src/recipe/seed.js';
import { seconds, seed, seedLocked, set, setting } from '../state/draft.js';
import { duration } from '../words.js';
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
