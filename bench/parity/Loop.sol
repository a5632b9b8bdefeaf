// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

interface IPool {
    function getUserAccountData(address user)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256);
    function liquidationCall(address collateral, address debt, address user, uint256 amount, bool aToken) external;
}

interface IToken {
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

/// What the benchmark asks of a node in a single call: a loop costs less than any number of calls.
contract Loop {
    struct Target {
        address user;
        address collateral;
        address debt;
    }

    function approve(IToken token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    /// Health factors of accounts.
    function health(IPool pool, address[] calldata users) external view returns (uint256[] memory found) {
        found = new uint256[](users.length);
        for (uint256 i = 0; i < users.length; i++) (, , , , , found[i]) = pool.getUserAccountData(users[i]);
    }

    /// Liquidations with as much as the rules allow, one after the other.
    function liquidate(IPool pool, Target[] calldata targets) public {
        for (uint256 i = 0; i < targets.length; i++) {
            Target calldata t = targets[i];
            pool.liquidationCall(t.collateral, t.debt, t.user, type(uint256).max, false);
        }
    }

    /// The same, and what it leaves: account data of every target, then own balances.
    function aftermath(IPool pool, Target[] calldata targets, IToken[] calldata tokens)
        external
        returns (uint256[] memory found)
    {
        liquidate(pool, targets);
        found = new uint256[](6 * targets.length + tokens.length);
        for (uint256 i = 0; i < targets.length; i++) {
            uint256[6] memory w;
            (w[0], w[1], w[2], w[3], w[4], w[5]) = pool.getUserAccountData(targets[i].user);
            for (uint256 k = 0; k < 6; k++) found[6 * i + k] = w[k];
        }
        for (uint256 i = 0; i < tokens.length; i++) found[6 * targets.length + i] = tokens[i].balanceOf(address(this));
    }
}
