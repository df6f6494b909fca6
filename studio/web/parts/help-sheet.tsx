/** @file The sheet of shortcuts. */

import { bindings, shownKeys } from '../keys.js';
import { helpOpen, mac } from '../state/ui.js';
import { Dialog } from './dialog.js';

const groups = ['Drawing', 'Steering', 'Going places'] as const;

function Keys({ keys }: { readonly keys: string }) {
	return (
		<span class="keys">
			{shownKeys(keys, mac).map((key) => (
				<kbd key={key}>{key}</kbd>
			))}
		</span>
	);
}

export function HelpSheet() {
	if (!helpOpen.value) return null;
	return (
		<Dialog
			label="Shortcuts"
			className="help"
			onClose={() => {
				helpOpen.value = false;
			}}
		>
			<h2 class="display">Shortcuts</h2>
			<div class="help-columns">
				{groups.map((group) => (
					<section key={group}>
						<h3>{group}</h3>
						<dl>
							{bindings
								.filter((binding) => binding.group === group)
								.map(({ action, keys, says }) => (
									<div key={action}>
										<dt>{says}</dt>
										<dd>
											<Keys keys={keys} />
										</dd>
									</div>
								))}
							{group === 'Drawing' && (
								<>
									<div>
										<dt>Draw, from a prompt</dt>
										<dd>
											<Keys keys="enter" />
										</dd>
									</div>
									<div>
										<dt>More, less of a prompt</dt>
										<dd class="keys">
											<kbd>{mac ? '⌘' : 'Ctrl'}</kbd>
											<kbd>↑</kbd>
											<kbd>↓</kbd>
										</dd>
									</div>
								</>
							)}
						</dl>
					</section>
				))}
			</div>
		</Dialog>
	);
}
