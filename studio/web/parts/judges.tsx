/** @file Who judges: one encoder or several, those that are here and those that can be downloaded. */

import type { EncoderInfo } from '../../protocol.js';
import { set, setting } from '../state/draft.js';
import { downloads, encoders, failedDownloads, startDownload, studio } from '../state/studio.js';
import { attempt } from '../state/ui.js';
import { bytes } from '../words.js';
import { Icon, IconButton } from './icon.js';

/** As many as a recipe takes. */
const mostOthers = 3;

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
				<p class="hint fetch">
					{chosen.licence && `Licence: ${chosen.licence} `}
					{chosen.downloadable && progress === undefined && (
						<button type="button" class="plain" onClick={() => attempt(() => startDownload(name))}>
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

interface Other {
	readonly name: string;
	readonly weight?: number;
}

/** Encoders beside the first, with the weights of all, and how they work together. */
export function OtherJudges() {
	const others = (setting(['encoder', 'others']) as readonly Other[] | undefined) ?? [];
	const change = (to: readonly Other[]) => set(['encoder', 'others'], to.length > 0 ? to : undefined);
	const put = (at: number, other: Other) => change(others.map((old, i) => (i === at ? other : old)));
	const here = encoders.value.filter((encoder) => encoder.present);
	const taken = [(setting(['encoder', 'name']) as string | undefined) ?? 'builtin', ...others.map(({ name }) => name)];
	/** Two of one kind say nothing new. */
	const next = here.find(({ name }) => !taken.includes(name))?.name ?? 'builtin';
	return (
		<>
			{others.length > 0 && (
				<WeightField
					label="Weight of the first"
					value={(setting(['encoder', 'weight']) as number | undefined) ?? 1}
					onChange={(weight) => set(['encoder', 'weight'], weight)}
				/>
			)}
			{others.map((other, i) => (
				<fieldset class="field judge-field" key={i}>
					<legend>and</legend>
					<span class="row">
						<select
							aria-label={`Judge ${i + 2}`}
							value={other.name}
							onChange={(event) => put(i, { ...other, name: event.currentTarget.value })}
						>
							{!here.some(({ name }) => name === other.name) && <option value={other.name}>{other.name}</option>}
							<EncoderOptions label="Here" of={here} />
						</select>
						<WeightInput
							label={`Weight of judge ${i + 2}`}
							value={other.weight ?? 1}
							onChange={(weight) => put(i, { ...other, weight })}
						/>
						<IconButton
							small
							name="close"
							label={`Without judge ${i + 2}`}
							onClick={() => change(others.filter((_, at) => at !== i))}
						/>
					</span>
				</fieldset>
			))}
			{others.length > 0 && (
				<div class="field">
					<label for="together" title="All look at every step, or one after the other.">
						Together
					</label>
					<select
						id="together"
						value={(setting(['encoder', 'together']) as string | undefined) ?? 'summed'}
						onChange={(event) => set(['encoder', 'together'], event.currentTarget.value)}
					>
						<option value="summed">All at every step</option>
						<option value="alternating">They take turns</option>
					</select>
				</div>
			)}
			{others.length < mostOthers && (
				<div class="field">
					<span />
					<button type="button" class="link" onClick={() => change([...others, { name: next }])}>
						<Icon name="plus" /> Another judge
					</button>
				</div>
			)}
		</>
	);
}

interface Weight {
	readonly label: string;
	readonly value: number;
	onChange(weight: number): void;
}

const WeightInput = ({ label, value, onChange }: Weight) => (
	<input
		type="number"
		aria-label={label}
		title={label}
		min={0.01}
		max={10}
		step="any"
		value={value}
		onChange={(event) => {
			const weight = event.currentTarget.valueAsNumber;
			if (weight >= 0.01 && weight <= 10) onChange(weight);
			else event.currentTarget.value = String(value);
		}}
	/>
);

const WeightField = (weight: Weight) => (
	<fieldset class="field judge-field">
		<legend>{weight.label}</legend>
		<span class="row">
			<WeightInput {...weight} />
		</span>
	</fieldset>
);
